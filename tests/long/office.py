"""A company in front of real `qbo-sync` processes: work for both sides, and what must be true of it afterwards."""

import json
import os
import random
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.core.runs import Flag
from bot.store.runs import leases, ledger
from tests.patience import PATIENCE_S
from tests.sync.world import COMPANY, Json, World

QBO_SYNC = Path(sys.executable).with_name("qbo-sync")
Process = subprocess.Popen[str]


@dataclass
class Office(World):
    """`url` is where the store is. What was entered on either side is kept in `ours` and `theirs`, by number."""

    url: str = ""
    key: str = ""
    ours: list[Json] = field(default_factory=list)
    theirs: list[Json] = field(default_factory=list)
    tenants: list[Json] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "DATABASE_URL": self.url, "TOKEN_ENCRYPTION_KEY": self.key}

    # Processes

    def start(self, *words: str) -> Process:
        environment = {**os.environ, **self.environment(), "NO_PROXY": "127.0.0.1"}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        command = [str(QBO_SYNC), *words]
        return subprocess.Popen(command, env=environment, cwd=self.folder, text=True, **pipes)  # type: ignore[call-overload, no-any-return]

    def start_sync(self) -> Process:
        return self.start("sync", COMPANY, "--json")

    def finished(self) -> Json:
        """One run in a process of its own that goes through."""
        process = self.start_sync()
        out, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, (out, err)
        answer: Json = json.loads(out)
        return answer

    def free_the_lease(self) -> None:
        """As if the eight seconds had passed after which a dead process's lease runs out."""
        with self.database.write() as connection:
            connection.exec_driver_sql("UPDATE leases SET until = 1 WHERE owner <> ''")

    def is_held(self) -> bool:
        with self.database.read() as connection:
            return leases.is_held(connection, COMPANY)

    def open_writes(self) -> int:
        """Batches to QuickBooks and writes to Re-Leased whose answer was never recorded."""
        with self.database.read() as connection:
            return len(ledger.open_batches(connection, COMPANY)) + len(ledger.open_released(connection, COMPANY))

    # Work

    def some_work(self, chance: random.Random, invoices: int = 6) -> None:
        """New records on both sides, and changes of old ones."""
        self.tenants.append(self.contact(f"Tenant {len(self.tenants)}"))
        for _ in range(invoices):
            self.ours.append(self.invoice(chance.choice(self.tenants), f"INV-{len(self.ours)}", f"{len(self.ours)}.25"))
        self.change("contacts", chance.choice(self.tenants), phone=f"09 {chance.randrange(10**6):06}")
        customer = self.customer(f"Customer {len(self.theirs)}")
        invoice = self.qb_invoice(customer, f"SI-{len(self.theirs)}", f"{len(self.theirs)}.75")
        self.theirs.append(invoice)
        self.receive(customer["Id"], "0.50", (invoice["Id"], "0.50"))

    # Afterwards

    def settle(self) -> None:
        """One clean run, and then one that has nothing to do."""
        assert self.finished()["flag"] == Flag.BLUE
        with self.nothing_written():
            again = self.finished()
        assert {name: count for name, count in again["counts"].items() if count} == {}

    def assert_exactly_once(self) -> None:
        """By the stand-ins' own data: all is there on both sides, once, paired one to one, to the cent."""
        numbers = [row["number"] for row in self.ours] + [row["DocNumber"] for row in self.theirs]
        people = [row["name"] for row in self.tenants] + [f"Customer {place}" for place in range(len(self.theirs))]
        theirs, ours = list(self.books.entity("Invoice").values()), self.all("invoices")
        assert Counter(row["DocNumber"] for row in theirs) == Counter(numbers)
        assert Counter(row["number"] for row in ours) == Counter(numbers)
        assert Counter(row["DisplayName"] for row in self.books.entity("Customer").values()) == Counter(people)
        assert Counter(row["name"] for row in self.all("contacts")) == Counter(people)
        assert len(self.all("payments")) == self.count("Payment") == len(self.theirs)
        partners: dict[str, Any] = {row["Id"]: row for row in theirs}
        for row in ours:
            other = partners[row["externalId"]]
            assert (other["DocNumber"], str(other["TotalAmt"])) == (row["number"], row["total"])
        assert self.open_writes() == 0

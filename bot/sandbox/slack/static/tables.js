// data_table: sort by a column's header, filter rows, turn pages; all in the browser, with no call to the app.
const collator = new Intl.Collator("en", { numeric: false, sensitivity: "base" });

export function startTables(root) {
  for (const table of root.querySelectorAll(".data-table:not([data-started])")) start(table);
}

function start(table) {
  table.dataset.started = "1";
  const body = table.querySelector("tbody");
  const find = (name) => table.querySelector(`[data-testid=${name}]`);
  const size = Number(table.dataset.pageSize);
  const original = [...body.rows];
  let rows = original;
  let page = 0;

  function draw() {
    const query = find("table-filter").value.trim().toLowerCase();
    const found = rows.filter((row) => row.textContent.toLowerCase().includes(query));
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(Math.max(page, 0), pages - 1);
    const shown = found.slice(page * size, (page + 1) * size);
    body.replaceChildren(...shown);
    const last = page * size + shown.length;
    find("table-range").textContent = found.length ? `${page * size + 1}–${last} of ${found.length}` : "No rows match";
    find("table-previous").disabled = page === 0;
    find("table-next").disabled = page === pages - 1;
  }

  function sortBy(header) {
    const column = Number(header.querySelector(".sort").dataset.column);
    const next = { none: "ascending", ascending: "descending", descending: "none" }[header.ariaSort];
    for (const other of table.querySelectorAll("th[scope=col]")) other.ariaSort = "none";
    header.ariaSort = next;
    const sign = next === "descending" ? -1 : 1;
    const compare = header.dataset.numeric
      ? (a, b) => Number(a.cells[column].dataset.number) - Number(b.cells[column].dataset.number)
      : (a, b) => collator.compare(a.cells[column].textContent.trim(), b.cells[column].textContent.trim());
    rows = next === "none" ? original : [...original].sort((a, b) => sign * compare(a, b));
    page = 0;
    draw();
  }

  table.addEventListener("click", (event) => {
    const sort = event.target.closest(".sort");
    const step = event.target.closest("[data-step]");
    if (sort) sortBy(sort.closest("th"));
    if (step) { page += Number(step.dataset.step); draw(); }
  });
  find("table-filter").addEventListener("input", () => { page = 0; draw(); });
  draw();
}

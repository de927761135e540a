"""What *Show* opens: of every cause of both demo companies exactly the records that its card counts."""

from bot.core.results import ResultsFilter
from bot.slack.results.state import about_cause
from tests.demo.conftest import FirstSync, Story


def same_as_counted(story: Story) -> set[str]:
    """The codes of the causes that were looked at."""
    desk, company_id = story.demo.app.desk, story.company.id
    found = desk.causes.of(company_id)
    for cause in found:
        wanted = about_cause(company_id, cause).wanted
        page = desk.results.page(wanted, 1, 5)
        whole = list(desk.results.every(wanted))
        assert (page.total, desk.results.count(wanted), len(whole)) == (cause.count,) * 3, cause.headline
        assert {row.ref for row in whole} == set(cause.refs), cause.headline
    counted = sum(cause.count for cause in found)
    assert counted == desk.results.count(ResultsFilter(company_id, needs_attention=True)) > 0
    return {cause.code for cause in found}


def test_of_harbour_city(first_sync: FirstSync) -> None:
    assert "6210" in same_as_counted(first_sync.story), "closed books hold up payments that wait for their invoices"


def test_of_all_faults(faults: Story) -> None:
    assert len(same_as_counted(faults)) > 10

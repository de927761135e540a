"""What a row of the results is found by."""

from bot.core.model import Result


def search_words(result: Result, party: str) -> str:
    """Folded for a search that ignores case; `party` is the name of whose it is, "" for none."""
    ids = (result.ref.key, result.released_id, result.external_id)
    texts = (result.name, party, *ids, result.details, result.more_detail)
    return " ".join(dict.fromkeys((*texts, str(result.ref.type), str(result.outcome), result.code))).casefold()

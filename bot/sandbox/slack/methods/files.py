"""The two-step upload of a file: files.getUploadURLExternal, the bytes, files.completeUploadExternal.

Source: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
"""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.http.exchange import Request, Response
from bot.sandbox.http.forms import BadForm, is_multipart, parts_of
from bot.sandbox.slack.methods import arguments
from bot.sandbox.slack.methods.arguments import Arguments
from bot.sandbox.slack.methods.chat import channel_to_write, check_may_say, root_of_thread
from bot.sandbox.slack.workspace.errors import SlackRefusal
from bot.sandbox.slack.workspace.messages import Message
from bot.sandbox.slack.workspace.state import SlackState, UploadedFile
from bot.sandbox.slack.workspace.workspace import BOT_USER_ID

UPLOAD_PREFIX = "/upload/"
FILE_BYTES = 50_000_000


def get_upload_url(state: SlackState, given: Arguments) -> dict[str, Any]:
    length = arguments.number(given, "length", 0)
    name = arguments.required(given, "filename")
    if not 0 < length <= FILE_BYTES:
        raise SlackRefusal("invalid_arguments", ["[ERROR] must be more than 0 [json-pointer:/length]"])
    file = UploadedFile(state.new_id("F"), name, length)
    state.files[file.id] = file
    return {"upload_url": f"{state.base_url}{UPLOAD_PREFIX}{file.id}", "file_id": file.id}


def receive_bytes(state: SlackState, request: Request) -> Response:
    """Raw or in a form; the bytes must be exactly as many as were announced.

    See https://docs.slack.dev/messaging/working-with-files#uploading_files
    """
    file = state.files.get(request.path.removeprefix(UPLOAD_PREFIX))
    if file is None or file.is_complete:
        return Response(404, b"no such upload")
    try:
        content = _sent(request)
    except BadForm as problem:
        return Response(400, str(problem).encode())
    if len(content) != file.announced_bytes:
        return Response(400, b"length does not match the announced one")
    file.content = content
    return Response(200, f"OK - {len(content)}".encode())


def _sent(request: Request) -> bytes:
    """The one file of a form, whatever its field is called. Raises BadForm."""
    content_type = request.headers.get("content-type", "")
    if not is_multipart(content_type):
        return request.body
    files = [part for part in parts_of(content_type, request.body) if part.file_name is not None]
    if len(files) != 1:
        raise BadForm(f"{len(files)} files in the form, not one")
    return files[0].content


def complete_upload(state: SlackState, given: Arguments) -> dict[str, Any]:
    wanted = arguments.structure(given, "files", "invalid_arguments") or []
    files = [_finished(state, item) for item in wanted]
    if not files:
        raise SlackRefusal("invalid_arguments", ["[ERROR] missing required field: files [json-pointer:/files]"])
    references = arguments.text(given, "channel_id") or arguments.text(given, "channels")
    channels = [channel_to_write(state, reference) for reference in references.split(",") if reference]
    for channel in channels:
        check_may_say(channel, given)
    for file in files:
        file.completed_at = state.clock()
    shared = tuple(file_json(state, file) for file in files)
    for channel in channels:
        thread_ts = root_of_thread(state, channel.id, arguments.text(given, "thread_ts"))
        comment = arguments.text(given, "initial_comment")
        state.post(Message(state.new_ts(), channel.id, BOT_USER_ID, comment, files=shared, thread_ts=thread_ts))
    return {"files": list(shared)}


def _finished(state: SlackState, item: Any) -> UploadedFile:
    file = state.files.get(str(item.get("id"))) if isinstance(item, Mapping) else None
    if file is None or file.is_complete or not file.content:
        raise SlackRefusal("file_not_found")
    file.title = str(item.get("title") or file.name)
    return file


def file_json(state: SlackState, file: UploadedFile) -> dict[str, Any]:
    url = f"{state.base_url}/files/{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "size": len(file.content),
        "url_private": url,
        "url_private_download": url,
        "permalink": url,
    }

"""Whether the answer of an API is a page of a longer list, by what its envelope says.

A page is loaded, because who is on it is there; but it is no whole list, so that nobody is gone because it
lacks them. The reason says how the rest is fetched.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discovery.sources.source import at_path

NEXT = (
    "@odata.nextLink", "odata.nextLink", "nextLink", "nextPageToken", "next_page_token", "nextRecordsUrl",
    "next_cursor", "next_page", "nextUri", "response_metadata.next_cursor", "paging.next.after", "links.next",
    "_links.next", "meta.next", "meta.next_cursor", "pageInfo.endCursor", "continuationToken", "next",
)  # fmt: skip
"""Paths in an envelope that lead to the next page, if they hold anything.

learn.microsoft.com/graph/paging, developers.google.com/admin-sdk/directory/v1/guides/manage-users, docs.slack.dev
(pagination), developers.zoom.us/docs/api/pagination, developers.notion.com (users), Salesforce REST API (query),
developers.hubspot.com (user provisioning); read 2026-11-24.
"""
_MORE = {"has_more": True, "more": True, "hasMore": True, "pageInfo.hasNextPage": True, "done": False,
         "pages.more": True, "is_truncated": True, "IsTruncated": True}  # fmt: skip
_TOTAL = ("totalResults", "totalCount", "totalSize", "total_records", "total_count", "@odata.count",
          "metadata.total_elements", "meta.page.total_count", "totalSetSize")  # fmt: skip
_REST = (
    "fetch all pages (follow the link until there is none) and put them into one file, page after page; until then "
    "nobody counts as gone because this list lacks them"
)


def missing_pages(envelope: Mapping[str, Any], records: int) -> str | None:
    """Say what a list lacks, and how to fetch it; None if nothing in its last envelope says that it lacks any."""
    if not envelope:
        return None
    for path, value in _MORE.items():
        if at_path(envelope, path) is value or envelope.get(path) is value:
            return f"a page of a longer list ({path} is {str(value).lower()}): {_REST}"
    is_last = at_path(envelope, "pageInfo.hasNextPage") is False or envelope.get("has_more") is False
    for path in NEXT:
        found = envelope.get(path) if path in envelope else at_path(envelope, path)
        if found not in (None, "", False, 0) and not is_last:
            return f"a page of a longer list (it has {path}): {_REST}"
    for path in ("@odata.deltaLink", "odata.deltaLink", "nextSyncToken"):
        if envelope.get(path):
            return (
                f"what has changed, not the whole list (it has {path}): fetch the list without delta; until then "
                "nobody counts as gone because this list lacks them"
            )
    for path in _TOTAL:
        total = envelope.get(path) if path in envelope else at_path(envelope, path)
        try:
            whole = int(str(total))
        except ValueError:
            continue
        if records < whole:
            return f"{records} of {whole} records ({path}): {_REST}"
    return None

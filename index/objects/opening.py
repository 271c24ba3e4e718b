"""The object storage that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.objects.store import ObjectStore
    from index.settings import Settings

__all__ = ["open_store"]


def open_store(settings: Settings) -> ObjectStore | None:
    """Return the storage behind OBJECTS_URL, None if that is not set; nothing is asked yet."""
    if not settings.objects_url:
        return None
    from index.objects.store import ObjectStore

    credentials = {
        "access_key_id": settings.aws_access_key_id,
        "secret_access_key": settings.aws_secret_access_key.get_secret_value(),
        "region": settings.aws_region,
    }
    return ObjectStore(settings.objects_url, endpoint=settings.objects_endpoint, credentials=credentials)

"""Providers by name: the one place that knows them all."""

from __future__ import annotations

from technic.data_engine.providers.base import PriceBasis, Provider
from technic.errors import ParameterError
from technic.sessions import SessionCalendar

__all__ = ["PROVIDERS", "open_provider"]

PROVIDERS = ("demo", "files")


def open_provider(
    name: str,
    calendar: SessionCalendar,
    *,
    data: str | None = None,
    price_basis: PriceBasis | None = None,
) -> Provider:
    """Open a provider; its module is imported only now.

    ``data``: file or folder of prices, for ``files``. ``price_basis``: how those prices are
    adjusted, where the user knows. Raises ParameterError for an unknown name or missing data.
    """
    if name == "demo":
        from technic.data_engine.providers.demo import DemoProvider

        if data is not None:
            raise ParameterError("data", data, "no data with --provider demo", "use files")
        return DemoProvider(calendar)
    if name == "files":
        from technic.data_engine.providers.files import FilesProvider

        if data is None:
            raise ParameterError("data", data, "a file or folder of prices", "give --data PATH")
        return FilesProvider(data, price_basis=price_basis)
    raise ParameterError("provider", name, ", ".join(PROVIDERS))

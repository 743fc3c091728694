"""All that leaves the office, by name: what it is of, and how it is made up."""

from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from central.exchange.annex import annex_report
from central.exchange.payments import payments_report
from central.exchange.platform import platform_report
from central.exchange.report import Report
from central.exchange.statements import statement_report
from central.exchange.unidentified import unidentified_report
from central.exchange.usage import usage_report
from central.exchange.yearly import transparency_report

Drawn = Callable[[Connection, int, str], Report]

OF_A_CLOSING: Mapping[str, Drawn] = {
    "annex": annex_report,
    "usage": usage_report,
    "unidentified": unidentified_report,
    "payments": payments_report,
    "platform": platform_report,
}
OFFERED: Mapping[str, Drawn] = {
    "statement": statement_report,
    **OF_A_CLOSING,
    "transparency": transparency_report,
}


def drawn_up(connection: Connection, what: str, number: int, *, tongue: str) -> Report:
    """The report of that name.

    Args:
        connection: to the books; rows are read through it later.
        what: one of `OFFERED`.
        number: of the statement or the distribution; for `transparency`, the year.
        tongue: kk, ru or en.

    Raises:
        Unknown: nothing of that number.
    """
    return OFFERED[what](connection, number, tongue)

"""The office's figures for whoever watches it by machine: Prometheus reads them."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import ColumnElement, Connection, func, select

from central.catalogue.store import newest_or_none
from central.devices.store import boxes
from central.ingest.alarms import LATE
from central.ingest.tables import batches, forks

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Figures(Collector):
    """Figures that are taken from the books when they are asked for; no process remembers any."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection, self._now = connection, now

    def collect(self) -> Iterable[Metric]:
        enrolled = boxes.c.revoked_at.is_(None)
        late = boxes.c.seen_at < self._now - LATE
        fleet = GaugeMetricFamily("qulaq_boxes", "Boxes that are not revoked", labels=["seen"])
        fleet.add_metric(["lately"], self._count(enrolled, boxes.c.seen_at.is_not(None), ~late))
        fleet.add_metric(["late"], self._count(enrolled, late))
        fleet.add_metric(["never"], self._count(enrolled, boxes.c.seen_at.is_(None)))
        yield fleet
        waiting = select(func.coalesce(func.sum(boxes.c.waiting), 0)).where(enrolled)
        yield GaugeMetricFamily(
            "qulaq_records_waiting", "Records at boxes, as they say", self._number(waiting)
        )
        letters = select(func.coalesce(func.max(batches.c.id), 0))
        yield GaugeMetricFamily(
            "qulaq_letters_taken", "Letters in the books", self._number(letters)
        )
        doubled = select(func.count()).select_from(forks)
        yield GaugeMetricFamily("qulaq_forks", "Records told in two ways", self._number(doubled))
        newest = newest_or_none(self._connection)
        version = newest.version if newest else 0
        yield GaugeMetricFamily("qulaq_catalogue_version", "The catalogue in force", version)

    def _count(self, *where: ColumnElement[bool]) -> int:
        return self._number(select(func.count()).select_from(boxes).where(*where))

    def _number(self, wanted: object) -> int:
        return int(self._connection.scalar(wanted))  # type: ignore[call-overload]


def gauges(connection: Connection, *, now: datetime) -> bytes:
    """All figures in Prometheus's text form."""
    registry = CollectorRegistry()
    registry.register(_Figures(connection, now))
    return generate_latest(registry)

"""The register, the catalogue, the boxes, and what they heard."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _access()
    _repertoire()
    _catalogue()
    _venues()
    _devices()
    _letters()
    _news()


def _access() -> None:
    op.create_table(
        "staff_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_staff_tokens"),
        sa.UniqueConstraint("token_sha256", name="uq_staff_tokens_token_sha256"),
    )


def _repertoire() -> None:
    op.create_table(
        "parties",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("latin_name", sa.String(length=200), nullable=False),
        sa.Column("ipi", sa.String(length=11), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_parties"),
        sa.UniqueConstraint("ipi", name="uq_parties_ipi"),
    )
    op.create_table(
        "works",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("iswc", sa.String(length=11), nullable=True),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_works"),
        sa.UniqueConstraint("iswc", name="uq_works_iswc"),
    )
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("party_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=2), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis_points BETWEEN 0 AND 10000", name="ck_shares_part_of_whole"),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_shares_party_id"),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_shares_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.UniqueConstraint("work_id", "party_id", "role", name="uq_shares_work_id_party_id_role"),
    )
    op.create_index("ix_shares_party_id", "shares", ["party_id"], unique=False)
    op.create_index("ix_shares_work_id", "shares", ["work_id"], unique=False)
    op.create_table(
        "recordings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("work_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("performer", sa.String(length=300), nullable=False),
        sa.Column("isrc", sa.String(length=12), nullable=True),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("recipe", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint_sha256", sa.String(length=64), nullable=False),
        sa.Column("folded", sa.Text(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["work_id"], ["works.id"], name="fk_recordings_work_id"),
        sa.PrimaryKeyConstraint("id", name="pk_recordings"),
        sa.UniqueConstraint("fingerprint_sha256", name="uq_recordings_fingerprint_sha256"),
        sa.UniqueConstraint("isrc", name="uq_recordings_isrc"),
    )
    op.create_index("ix_recordings_work_id", "recordings", ["work_id"], unique=False)


def _catalogue() -> None:
    op.create_table(
        "catalogues",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("recordings", sa.Integer(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.PrimaryKeyConstraint("version", name="pk_catalogues"),
    )


def _venues() -> None:
    op.create_table(
        "venues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=200), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_venues"),
    )
    op.create_table(
        "halls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venues.id"], name="fk_halls_venue_id"),
        sa.PrimaryKeyConstraint("id", name="pk_halls"),
    )
    op.create_index("ix_halls_venue_id", "halls", ["venue_id"], unique=False)
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("licence_fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.CheckConstraint("licence_fee_minor >= 0", name="ck_events_fee_not_negative"),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_events_hall_id"),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_hall_starts", "events", ["hall_id", "starts_at"], unique=False)


def _devices() -> None:
    op.create_table(
        "boxes",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(length=300), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("software", sa.String(length=32), nullable=True),
        sa.Column("catalogue_version", sa.Integer(), nullable=True),
        sa.Column("waiting", sa.Integer(), nullable=True),
        sa.Column("last_heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_boxes_hall_id"),
        sa.PrimaryKeyConstraint("device", name="pk_boxes"),
    )
    op.create_index("ix_boxes_hall_id", "boxes", ["hall_id"], unique=False)
    op.create_table(
        "enrolment_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.String(length=19), nullable=True),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_enrolment_tokens_hall_id"),
        sa.PrimaryKeyConstraint("id", name="pk_enrolment_tokens"),
        sa.UniqueConstraint("token_sha256", name="uq_enrolment_tokens_token_sha256"),
    )
    op.create_table(
        "placements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_placements_device"),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_placements_hall_id"),
        sa.PrimaryKeyConstraint("id", name="pk_placements"),
    )
    op.create_index("ix_placements_device_since", "placements", ["device", "since"], unique=False)


def _letters() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_batches_device"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_table(
        "records",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_records_batch_id"),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_records_device"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_records"),
    )
    op.create_index("ix_records_batch_id", "records", ["batch_id"], unique=False)
    op.create_table(
        "forks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=256), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["boxes.device"], name="fk_forks_device"),
        sa.PrimaryKeyConstraint("id", name="pk_forks"),
        sa.UniqueConstraint(
            "device", "boot", "seq", "content", name="uq_forks_device_boot_seq_content"
        ),
    )


def _news() -> None:
    op.create_table(
        "detections",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_synced", sa.Boolean(), nullable=False),
        sa.Column("recording_id", sa.String(length=64), nullable=False),
        sa.Column("reference_start_seconds", sa.Float(), nullable=False),
        sa.Column("speed", sa.Float(), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("catalogue_version", sa.Integer(), nullable=False),
        sa.Column("recipe", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["device", "boot", "seq"],
            ["records.device", "records.boot", "records.seq"],
            name="fk_detections_device_boot_seq",
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_detections_hall_id"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_detections"),
    )
    op.create_index(
        "ix_detections_hall_started", "detections", ["hall_id", "started_at"], unique=False
    )
    op.create_index("ix_detections_recording", "detections", ["recording_id"], unique=False)
    op.create_table(
        "coverage",
        sa.Column("device", sa.String(length=19), nullable=False),
        sa.Column("boot", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hall_id", sa.Integer(), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("clock_synced", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["device", "boot", "seq"],
            ["records.device", "records.boot", "records.seq"],
            name="fk_coverage_device_boot_seq",
        ),
        sa.ForeignKeyConstraint(["hall_id"], ["halls.id"], name="fk_coverage_hall_id"),
        sa.PrimaryKeyConstraint("device", "boot", "seq", name="pk_coverage"),
    )
    op.create_index("ix_coverage_hall_ended", "coverage", ["hall_id", "ended_at"], unique=False)

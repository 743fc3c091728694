"""Whatever somebody sends, the office answers: a no in words, never a stumble."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

FORMS = {
    "/v1/parties": ["name", "latin_name", "ipi"],
    "/v1/works": ["title", "iswc", "shares"],
    "/v1/venues": ["name", "city", "time_zone"],
    "/v1/halls": ["venue_id", "name"],
    "/v1/events": [
        "hall_id",
        "title",
        "starts_at",
        "ends_at",
        "licence_fee_minor",
        "currency",
    ],
    "/v1/enrolment-tokens": ["hall_id", "inputs"],
    "/v1/enrol": ["wire", "token", "identity"],
    "/v1/detections": ["payload", "signer", "signature"],
    "/v1/inventory": ["payload", "signer", "signature"],
    "/v1/heartbeat": ["payload", "signer", "signature"],
    "/v1/directions": ["payload", "signer", "signature"],
    "/v1/boxes/qb-0000000000000000/revoke": ["reason"],
    "/v1/periods/close": ["venue_id", "from", "to"],
}
words = st.sampled_from(
    [
        "Көктем",
        "T0345246801",
        "00014107338",
        "Asia/Almaty",
        "2026-11-21T14:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+14:00",
        "2026-11-21",
        "KZT",
        "qb-0000000000000000",
    ]
)
numbers = st.sampled_from([0, 1, -1, 2**31, 2**63, 2**70, 0.5, 1e308])
plain = st.one_of(st.none(), st.booleans(), numbers, words, st.text(max_size=30))
shares = st.fixed_dictionaries({"party_id": plain, "role": st.just("C"), "basis_points": plain})
values = st.one_of(
    plain,
    st.lists(st.one_of(plain, shares), max_size=3),
    st.dictionaries(st.sampled_from(["name", "device", "kind", "wire", "public_key"]), plain),
)


@st.composite
def letters(draw):
    """A path, and a body that looks a little like what belongs there."""
    path = draw(st.sampled_from(sorted(FORMS)))
    form = {name: draw(values) for name in FORMS[path] if draw(st.integers(0, 9))}
    return path, draw(st.sampled_from([form, [form], draw(plain)]))


@settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(letters())
def test_no_body_breaks_the_office(office, letter):
    path, body = letter
    headers = {"Content-Type": "application/json"}
    answer = office.http.post(path, content=json.dumps(body), headers=headers)

    assert answer.status_code < 500, answer.text
    assert answer.is_success or isinstance(answer.json()["detail"], str)

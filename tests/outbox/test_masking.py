"""What is kept of requests and answers, without the people in it."""

import json

import pytest

from infra24.outbox.masking import MASK, is_personal, masked, masked_url


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("", ""),
        ('{"Id":4711,"Type":"Individual"}', '{"Id":4711,"Type":"Individual"}'),
        ('{"FirstName": "Ana", "LastName": "Lima"}', f'{{"FirstName": "{MASK}", "LastName": "{MASK}"}}'),
        (
            '{"PrimaryEmail":{"Type":"Home","Value":"x","Id":7,"IsBad":false}}',
            f'{{"PrimaryEmail":{{"Type":"{MASK}","Value":"{MASK}","Id":{MASK},"IsBad":false}}}}',
        ),
        ('{"phones":["305 555 0100",["1"]],"n":3}', f'{{"phones":["{MASK}",["{MASK}"]],"n":3}}'),
        ('{"phone":3055550100,"n":3055550100}', f'{{"phone":{MASK},"n":3055550100}}'),
        ('[{"note":"Likes tea"},{"id":"a-1"}]', f'[{{"note":"{MASK}"}},{{"id":"a-1"}}]'),
        ('{"say":"Ask ana@example.org or +1 (305) 555-0100."}', f'{{"say":"Ask {MASK} or {MASK}."}}'),
        (
            '{"at":"2026-11-23T10:00:00-05:00","on":"2026-11-23"}',
            '{"at":"2026-11-23T10:00:00-05:00","on":"2026-11-23"}',
        ),
        (
            '{"id":"0193aa00-1111-7000-8000-000000000000","sum":"4711000000"}',
            '{"id":"0193aa00-1111-7000-8000-000000000000","sum":"4711000000"}',
        ),
        (
            r'{"name":"say \"hi\" to","ok":true,"no":null,"none":""}',
            f'{{"name":"{MASK}","ok":true,"no":null,"none":""}}',
        ),
        # Cut in the middle, wherever that is.
        ('{"FirstName":"An', f'{{"FirstName":"{MASK}"'),
        ('{"id":1,"LastNa', '{"id":1,"LastNa'),
        ('{"address":{"Street":"12 Oak', f'{{"address":{{"Street":"{MASK}"'),
        ('{"a":1}} , "name":"Ana"', f'{{"a":1}}}} , "name":"{MASK}"'),
        ("name=Ana+Lima&id=12&mail=&x=ana%40example.org", f"name={MASK}&id=12&mail=&x={MASK}"),
        ("From: Ana <ana@example.org>\nX-Id: 9\n\nRing 305-555-0100.", f"From: {MASK}\nX-Id: 9\n\nRing {MASK}."),
        ("Error on 2026-11-23 10:00 in line 4711", "Error on 2026-11-23 10:00 in line 4711"),
        ("<html>Bad gateway</html>", "<html>Bad gateway</html>"),
    ],
)
def test_bodies_keep_their_shape_and_lose_the_people(body: str, shown: str) -> None:
    assert masked(body) == shown


def test_a_cut_body_never_shows_more_than_the_whole_one() -> None:
    secret = "Xyzzy"
    person = {
        "FirstName": secret,
        "PrimaryPhone": {"Number": secret},
        "Addresses": [{"Street": secret, "City": secret}],
    }
    whole = json.dumps({"Id": 1, "Data": [person, {"Note": f"a {secret} b"}], "Name": secret})

    for end in range(len(whole) + 1):
        assert secret not in masked(whole[:end])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://crm.example.org/v2/constituents/search?search=ana%40example.org&take=50",
            f"https://crm.example.org/v2/constituents/search?search={MASK}&take=50",
        ),
        ("https://crm.example.org/v2/constituent/4711", "https://crm.example.org/v2/constituent/4711"),
        ("https://hooks.example.org/of/ana@example.org", f"https://hooks.example.org/of/{MASK}"),
    ],
)
def test_addresses_lose_what_was_asked_for(url: str, shown: str) -> None:
    assert masked_url(url) == shown


@pytest.mark.parametrize(
    ("key", "personal"),
    [
        ("name", True),
        ("FirstName", True),
        ("last_name", True),
        ("attendee-email", True),
        ("EMAIL", True),
        ("postalCode", True),
        ("id", False),
        ("status", False),
        ("AccountNumber", False),
        ("", False),
    ],
)
def test_keys_of_people(key: str, *, personal: bool) -> None:
    assert is_personal(key) is personal

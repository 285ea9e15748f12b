"""What of an address is a secret, and what of one may be shown."""

import pytest

from crossnet.urls import redact_urls, redacted, secret_in, token_variable

SECRETS = [
    "http://user:hunter2@h/f", "https://hunter2@h/f", "HTTP://u:hunter2@h/f", "ftp://u:hunter2@h/f",
    "http://u:p@hunter2@h/f", "//u:hunter2@h/f", "u:hunter2@h:80/f", "http:/u:hunter2@h/f", "file://u:hunter2@h/f",
    "http://user:hun/hunter2@h/f", "http://user:hun?hunter2@h/f", "http://user:hunter2#@h/f", "user:hun/hunter2@h/f",
    "http://h/f?token=hunter2", "http://h/f?code=hunter2&hmac=hunter2", "http://h/f?id=a&X-Amz-Signature=hunter2",
    "http://h/f?%74oken=hunter2", "http://h/f?API_Key=hunter2", "http://h/f?sig=hunter2", "http://h/f?code=123456",
    "http://h/f?token=hun@hunter2", "http://h/f?x=hunter2", "http://h/f?hunter2", "http://h/f?hunter2=",
    "http://h/f?st=hunter2&e=1", "http://h/f?path=%2Fg%3Ftoken%3Dhunter2", "http://h/f?download=1;pw=hunter2",
    "http://h/f;token=hunter2", "http://h/a;jsessionid=hunter2/f", "http://h;token=hunter2/f",
    "http://h/f#access_token=hunter2",
    "http://h/token=hunter2/f", "http://h/%74oken=hunter2/f", "http://h/a/token%3Dhunter2",
    "http://u:hunter2%40h/f", "http://h/f?x=1/hunter2", "http://h/f?v=2&y=a/hunter2",
    "http://h/f#hunter2", "h/f?token=hunter2", "file:///f?token=hunter2",
]  # fmt: skip
PUBLIC = [
    "https://h/f.zip", "http://h:8080/f?download=1", "https://h/f?raw=true&dl=1", "https://h/f?download",
    "https://h/uc?export=download&id=1aBcD_efGH", "https://h/f?persistentId=doi:10.7910/DVN/ABC/X",
    "https://h/f?sequence=1&isAllowed=y", "https://h/~user/f", "https://h/npm/p%401.2.3/f", "http://[::1]:80/f",
]  # fmt: skip
PATHS = ["/home/me@work/f", "me@work.zip", "./a:b@c.zip", "~/x (1);old.zip", "x?y#z.zip", "file:///home/me@work/f"]


@pytest.mark.parametrize("address", SECRETS)
def test_a_secret_is_found_and_neither_shown_nor_named(address: str) -> None:
    fault = secret_in(address)
    assert fault
    assert "CROSSNET_TOKEN_" in fault
    assert "netrc" in fault
    assert "hunter2" not in fault + redacted(address)
    assert "://" not in address or "hunter2" not in redact_urls(f"at {address!r}: {address}; {address}")


@pytest.mark.parametrize("address", [*PUBLIC, *PATHS])
def test_what_is_public_is_no_secret(address: str) -> None:
    assert secret_in(address) is None


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("https://me:pw@h:80/a/b?c=d#e", "https://h:80/a/b"),
        ("https://h/a;b=c/d", "https://h/a"),
        ("http://h?a=b", "http://h"),
        ("http://h/f?a=b@c", "http://..."),
        *((path, path) for path in PATHS),
    ],
)
def test_an_address_is_shown_without_user_and_query(address: str, wanted: str) -> None:
    assert redacted(address) == wanted


def test_a_text_keeps_what_is_around_its_addresses() -> None:
    assert (
        redact_urls("at 'http://h/f?a=b': not (http://u:p@h/g); see a?b")
        == "at 'http://h/f': not (http://h/g); see a?b"
    )


def test_the_variable_of_a_host_is_its_name_in_capitals_with_underscores() -> None:
    assert token_variable("api.my-site.org") == "CROSSNET_TOKEN_API_MY_SITE_ORG"

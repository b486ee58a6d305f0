"""A desk with browsers: people who signed in on the pages, asking as a browser without scripts would."""

import re

import pytest

from service.observability import logs

TOKEN = re.compile(r'name="token" value="([^"]*)"')
ONCE = re.compile(r'name="once" value="([^"]*)"')


@pytest.fixture(scope="session", autouse=True)
def plain_log():
    """Defects are logged in one line: the library's usual way prints every local variable in colour, for minutes."""
    logs.set_up("error")


class Browser:
    """One person's browser: keeps cookies, and sends forms with the token of the page they stand on."""

    def __init__(self, desk, person):
        self.desk, self.cookies = desk, {}
        if person is not None:
            answer = self.send("/sign-in", {"key": desk.keys[person]})
            assert answer.status_code == 303, answer.text

    def get(self, place, **given):
        return self._ask("GET", place, **given)

    def asks(self, place, fields):
        """Send a form by GET, as a browser does, and follow where it leads."""
        answer = self.get(place, params=fields)
        if answer.status_code == 303:
            answer = self.get(answer.headers["location"].removeprefix("/pages"))
        return answer

    def send(self, place, fields=None, page=None, **given):
        """Post a form; ``page`` is the text of the page that it stands on."""
        hidden = {}
        if page is not None:
            hidden = {"token": TOKEN.search(page)[1]} | ({"once": ONCE.search(page)[1]} if ONCE.search(page) else {})
        answer = self._ask("POST", place, data={**hidden, **(fields or {})}, **given)
        led = answer.headers.get("location", "")
        return self.get(led.removeprefix("/pages")) if led.startswith("/pages/answered/") else answer

    def _ask(self, method, place, **given):
        headers = dict(given.pop("headers", {}))
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers.setdefault("Idempotency-Key", "unused")
        self.desk._client.cookies.clear()
        answer = self.desk.ask(None, method, f"/pages{place}", headers=headers, **given)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for line in answer.headers.get_list("set-cookie"):
            name, _, rest = line.partition("=")
            if "Max-Age=0" in rest:
                self.cookies.pop(name, None)
        return answer


@pytest.fixture
def browse(desk):
    """Browsers by person; None is a stranger."""
    return lambda person="ada", at=desk: Browser(at, person)


@pytest.fixture(scope="module", autouse=True)
def quick(drawn_once):
    """No test here looks at what a report shows."""

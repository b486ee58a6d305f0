"""The configurations of nginx that the documentation gives, before a running service."""

import json
import re
import shutil
import socket
import subprocess
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.support.api_client import desk_on
from tests.support.live_server import listening

FOLDER = Path(__file__).parents[2] / "docs/how-to/proxy"
ISSUER = "https://directory.example.cn"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
MAIN = """
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr warn;
events {{}}
http {{
    access_log off;
    {paths}
    include {folder}/site.conf;
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


class Directory(BaseHTTPRequestHandler):
    """A stand-in for oauth2-proxy: whoever has its cookie has a token."""

    def do_GET(self):
        known = self.headers.get("Cookie", "").startswith("_oauth2_proxy=li.na")
        self.send_response(202 if known else 401)
        if known:
            claims = {"iss": ISSUER, "aud": "district-allocator", "sub": "li.na", "exp": int(time.time()) + 300}
            claims |= {"client_id": "pages", "iat": int(time.time()), "jti": "1", "allocator_role": "planner"}
            token = jwt.encode({"alg": "RS256", "kid": "one", "typ": "at+jwt"}, claims, KEY)
            self.send_header("X-Auth-Request-Access-Token", token)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def directory():
    answering = HTTPServer(("127.0.0.1", 0), Directory)
    threading.Thread(target=answering.serve_forever, daemon=True).start()
    yield answering.server_port
    answering.shutdown()
    answering.server_close()


def replaced(text, *pairs):
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def nginx(folder, site, port):
    """Nginx with a site, while it runs."""
    program = shutil.which("nginx")
    if program is None:
        pytest.skip("nginx is missing: it comes with Debian's package nginx (see tools/system-parts)")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=plan.example.cn"]
    command += ["-keyout", str(folder / "key.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run(command, check=True, capture_output=True)
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    paths = "\n    ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
    (folder / "main.conf").write_text(MAIN.format(folder=folder, paths=paths))
    (folder / "site.conf").write_text(site)
    given = [program, "-p", str(folder), "-e", "stderr", "-c", str(folder / "main.conf")]
    tried = subprocess.run([*given, "-t"], capture_output=True, text=True, check=False)
    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr, tried.stderr
    process = subprocess.Popen(given)
    try:
        until = time.monotonic() + 60
        while True:
            assert time.monotonic() < until, "nginx does not start"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture(scope="module")
def behind(server, tmp_path_factory):
    """A service behind nginx with both configurations; a client of it, and the desk."""
    folder = tmp_path_factory.mktemp("behind")
    (folder / "jwks.json").write_text(json.dumps(KeySet([KEY]).as_dict(private=False)))
    given = {
        "trusted_proxies": "127.0.0.1",
        "secure_cookies": "true",
        "oidc_issuer": ISSUER,
        "oidc_jwks_file": folder / "jwks.json",
    }
    with desk_on(server, folder, **given) as desk, listening(desk.app) as address, directory() as door:
        port, plain = free_port(), free_port()
        places = (
            ("127.0.0.1:8000", address.removeprefix("http://")),
            ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
            ("listen 80", f"listen 127.0.0.1:{plain}"),
            ("/etc/ssl/allocator", str(folder)),
        )
        site = replaced((FOLDER / "nginx.conf").read_text("utf-8"), *places)
        signed_in = replaced(
            (FOLDER / "pages-by-directory.conf").read_text("utf-8"), ("127.0.0.1:4180", f"127.0.0.1:{door}")
        )
        (folder / "pages-by-directory.conf").write_text(signed_in)
        with nginx(folder, site, port):
            yield desk, port, plain, site


def client(port, name="plan.example.cn"):
    return httpx.Client(base_url=f"https://127.0.0.1:{port}", verify=False, headers={"Host": name}, timeout=60)  # noqa: S501


def test_people_sign_in_with_a_key_over_https_alone(behind):
    desk, port, plain, _ = behind
    with client(port) as asking:
        entered = asking.post("/pages/sign-in", data={"key": desk.keys["ada"], "next": ""})
        assert entered.status_code == 303
        cookie = entered.headers["Set-Cookie"]
        assert "; secure" in cookie.lower()
        assert "max-age=" in entered.headers["Strict-Transport-Security"]
        page = asking.get("/pages/inbox", headers={"Cookie": cookie.split(";")[0]})
        assert page.status_code == 200
    moved = httpx.get(f"http://127.0.0.1:{plain}/pages/inbox", headers={"Host": "plan.example.cn"})
    assert (moved.status_code, moved.headers["Location"]) == (301, "https://plan.example.cn/pages/inbox")


def test_links_have_the_name_of_the_proxy_whatever_a_client_says_of_itself(behind):
    desk, port, *_ = behind
    told = {"X-API-Key": desk.keys["ada"], "X-Forwarded-Host": "evil.example"}
    with client(port) as asking:
        links = asking.get("/ogc/", headers=told).json()["links"]
    assert {each["href"] for each in links if each["rel"] == "self"} == {"https://plan.example.cn/ogc/"}


def test_what_is_for_the_inside_large_or_by_another_name_is_refused(behind):
    desk, port, *_ = behind
    with client(port) as asking:
        for path in ("/metrics", "/readyz", "/healthz"):
            assert asking.get(path).status_code == 404
        header = {"X-API-Key": desk.keys["ada"], "Idempotency-Key": "big", "Content-Type": "text/csv"}
        assert asking.post("/api/v1/batches", headers=header, content=b"x" * (33 << 20)).status_code == 413
    with client(port, "other.example.cn") as asking, pytest.raises(httpx.RemoteProtocolError):
        asking.get("/pages/sign-in")


def test_the_proxy_lets_through_what_the_service_takes():
    said = re.search(r"client_max_body_size (\d+)m;", (FOLDER / "nginx.conf").read_text("utf-8"))
    from service.settings import Settings  # noqa: PLC0415  the service takes seconds to load

    assert int(said[1]) << 20 == Settings.model_fields["max_body_bytes"].default


def test_guesses_of_keys_are_slowed_down_before_the_service(behind):
    _, port, *_ = behind
    with client(port) as asking:
        codes = [asking.post("/pages/sign-in", data={"key": "dak_guess", "next": ""}).status_code for _ in range(25)]
    assert codes.count(503) >= 5
    assert set(codes) <= {403, 503}


@pytest.fixture(scope="module")
def by_directory(behind, tmp_path_factory):
    """The same service behind another nginx, which signs people in by their directory."""
    desk, port, plain, site = behind
    folder, other, bare = tmp_path_factory.mktemp("directory"), free_port(), free_port()
    included = f"include {desk.settings.oidc_jwks_file.parent}/pages-by-directory.conf;\n\n    location / {{"
    pairs = (("location / {", included), (f":{port} ", f":{other} "), (f":{plain};", f":{bare};"))
    with nginx(folder, replaced(site, *pairs), other):
        yield desk, other


def test_people_of_the_directory_need_no_key_on_the_pages(by_directory):
    _, port = by_directory
    with client(port) as asking:
        sent = asking.get("/pages/inbox")
        assert (sent.status_code, sent.headers["Location"]) == (
            302,
            f"https://plan.example.cn:{port}/oauth2/start?rd=/pages/inbox",
        )
        page = asking.get("/pages/inbox", headers={"Cookie": "_oauth2_proxy=li.na"})
        assert page.status_code == 200
        assert "li.na" in page.text


def test_a_token_that_a_browser_sends_itself_is_replaced_on_the_pages(by_directory):
    _, port = by_directory
    with client(port) as asking:
        forged = {"Authorization": "Bearer x.y.z", "X-Auth-Request-Access-Token": "x.y.z"}
        assert asking.get("/pages/inbox", headers=forged).status_code == 302
        assert asking.get("/oauth2/auth").status_code == 404


def test_scripts_go_on_with_their_keys(by_directory):
    desk, port = by_directory
    with client(port) as asking:
        assert asking.get("/api/v1/me", headers={"X-API-Key": desk.keys["ada"]}).json()["person"] == "ada"
        assert asking.get("/api/v1/me", headers={"Cookie": "_oauth2_proxy=li.na"}).status_code == 401


def test_strangers_are_counted_by_the_address_that_the_proxy_sees(behind):
    # the last test: from here on this address is refused for a minute
    _, port, *_ = behind
    with client(port) as asking:
        guesses = ({"X-API-Key": "dak_guess", "X-Forwarded-For": f"203.0.113.{number}"} for number in range(125))
        codes = [asking.get("/api/v1/me", headers=headers).status_code for headers in guesses]
    assert codes[-1] == 429
    assert set(codes) == {401, 429}

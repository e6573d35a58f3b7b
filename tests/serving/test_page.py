"""The page in a real browser: what is heard is what was sent, words follow the clock, stop stops the server."""

from __future__ import annotations

import io
import json
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from serving_support import Server, SlowSpeaker, running

webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.common.keys import Keys  # noqa: E402

CHROMIUM = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not CHROMIUM or not DRIVER, reason="chromium and chromedriver are not installed (Debian: chromium-driver)"
)

TEXT = "One short line. Then a somewhat longer second sentence! And the third?"
# Two records are kept of what the page plays: what it gives to the audio clock and for when, which does not depend on
# how busy the machine is; and what the clock renders, of which a busy machine may miss a part.
TAP = """
window.heard = [];
window.given = [];
(() => {
  const start = AudioBufferSourceNode.prototype.start;
  AudioBufferSourceNode.prototype.start = function (when, ...more) {
    window.given.push({at: when * this.context.sampleRate, samples: Float32Array.from(this.buffer.getChannelData(0))});
    return start.call(this, when, ...more);
  };
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (target, ...more) {
    const context = this.context;
    if (target !== context.destination || this.isTap) return connect.call(this, target, ...more);
    if (!context.tap) {
      context.tap = context.createScriptProcessor(16384, 1, 1);
      context.tap.isTap = true;
      context.tap.onaudioprocess = (event) => {
        window.heard.push(new Float32Array(event.inputBuffer.getChannelData(0)));
      };
      connect.call(context.tap, context.destination);
    }
    return connect.call(this, context.tap);
  };
})();
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    folder = tmp_path_factory.mktemp("downloads")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--autoplay-policy=no-user-gesture-required",
        "--window-size=1280,1000",
        f"--user-data-dir={tmp_path_factory.mktemp('profile')}",
    ):
        options.add_argument(argument)
    options.add_experimental_option("prefs", {"download.default_directory": str(folder)})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    made.downloads = folder
    made.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": TAP})
    made.set_script_timeout(60)
    try:
        yield made
    finally:
        made.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, server: Server) -> Page:
    return Page(browser, server)


class Page:
    """The page, freshly loaded and ready."""

    def __init__(self, browser: webdriver.Chrome, server: Server, path: str = "/") -> None:
        self.browser, self.server = browser, server
        browser.get_log("browser")
        browser.get(server.url + path)
        browser.execute_script("localStorage.clear()")
        self.until(lambda: self.status == "Ready")

    def __getitem__(self, name: str):
        return self.browser.find_element(By.ID, name)

    @property
    def status(self) -> str:
        return self["status"].text

    @property
    def state(self) -> str | None:
        return self.browser.execute_script("return document.body.dataset.state")

    def until(self, condition, seconds: float = 60) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, f"it did not happen: {self.status}, {self.problems()}"
            time.sleep(0.02)

    def write(self, text: str) -> None:
        self.browser.execute_script(
            "const t = document.getElementById('text'); t.value = arguments[0]; t.dispatchEvent(new Event('input'))",
            text,
        )

    def slide(self, name: str, value: float) -> None:
        self.browser.execute_script(
            "const s = document.getElementById(arguments[0]); s.value = arguments[1];"
            " s.dispatchEvent(new Event('input', {bubbles: true}))",
            name,
            value,
        )

    def speak(self, text: str = TEXT) -> None:
        self.write(text)
        self["speak"].click()

    def heard(self) -> np.ndarray:
        """The 16-bit samples that the audio clock has rendered."""
        return np.array(
            self.browser.execute_script(
                "return heard.flatMap((block) => Array.from(block, (x) => Math.round(x * 32768)))"
            ),
            dtype=np.int64,
        )

    def given(self) -> np.ndarray:
        """The 16-bit samples that the clock was given, in their order, and no two for one moment."""
        pieces = self.browser.execute_script(
            "return given.map((one) => [one.at, Array.from(one.samples, (x) => Math.round(x * 32768))])"
        )
        end = 0
        for at, samples in pieces:
            assert abs(at - round(at)) < 1e-6
            assert round(at) >= end
            end = round(at) + len(samples)
        return np.concatenate([np.array(samples, dtype=np.int64) for _, samples in pieces])

    def forget(self) -> None:
        """Begin new records."""
        self.browser.execute_script("heard.length = given.length = 0")

    def sent(self, text: str = TEXT, **options) -> np.ndarray:
        """What the server sends for the same text."""
        body = {"response_format": "pcm", "model": "hifi-gan", "pause_sentence": 0.4, **options}
        return np.frombuffer(self.server.speak(input=text, **body).content, "<i2").astype(np.int64)

    def words(self) -> list[str]:
        return [word.text for word in self.browser.find_elements(By.CSS_SELECTOR, "#reading .word")]

    def word_now(self) -> str:
        found = self.browser.find_elements(By.CSS_SELECTOR, "#reading .word.now")
        assert len(found) <= 1
        return found[0].text if found else ""

    def problems(self) -> list[str]:
        return [line["message"] for line in self.browser.get_log("browser") if line["level"] == "SEVERE"]


def find(part: np.ndarray, whole: np.ndarray) -> int:
    """The only place of some samples in others, or -1."""
    starts = np.flatnonzero(whole[: whole.size - part.size + 1] == part[0])
    places = [start for start in starts if np.array_equal(whole[start : start + part.size], part)]
    return places[0] if places else -1


def test_what_is_heard_is_what_was_sent_sample_by_sample(page: Page) -> None:
    page.speak()
    page.until(lambda: page.state == "ended")
    time.sleep(1.5)  # the tap's last block
    sent, heard = page.sent(), page.heard()
    assert np.array_equal(page.given(), sent)
    at = find(sent[:2_000], heard)
    assert at >= 0
    assert not heard[:at].any()
    assert page.problems() == []


def test_the_text_is_read_along_word_by_word(page: Page) -> None:
    page.slide("speed", 0.5)
    page.speak()
    page.until(lambda: page.state == "playing")
    seen: list[tuple[str, float]] = []
    script = """
      const word = document.querySelector('#reading .word.now');
      return [word ? word.textContent : '', Number(document.getElementById('position').value)]
    """
    while page.state == "playing":
        word, seconds = page.browser.execute_script(script)
        if word and (not seen or seen[-1][0] != word):
            seen.append((word, seconds))
    words = page.words()
    assert page["reading"].text == TEXT
    assert [word for word, _ in seen] == [word for word in words if word in dict(seen)]
    assert len(seen) >= len(words) - 2  # a busy machine may miss one
    times = {
        word["text"]: word["start"]
        for event in [json.loads(line[6:]) for line in page.server.speak(
            input=TEXT, speed=0.5, model="hifi-gan", stream_format="sse", timestamps="word"
        ).text.splitlines() if line.startswith("data: ")]
        for word in event.get("words", [])
    }  # fmt: skip
    for word, seconds in seen:
        assert -0.15 <= seconds - times[word] < 1.5, word


def test_a_click_on_a_word_plays_from_there(page: Page) -> None:
    page.speak()
    page.until(lambda: page.state == "ended")
    page.forget()
    word = page.browser.find_elements(By.CSS_SELECTOR, "#reading .word")[7]
    start = next(
        word["start"]
        for line in page.server.speak(
            input=TEXT, model="hifi-gan", stream_format="sse", timestamps="word"
        ).text.splitlines()
        if line.startswith("data: ")
        for word in json.loads(line[6:]).get("words", [])
        if word["text"] == "second"
    )
    assert word.text == "second"
    word.click()
    page.until(lambda: page.state == "playing")
    page.until(lambda: page.state == "ended")
    time.sleep(1.5)
    rest = page.sent()[round(start * 24_000) :]
    assert np.array_equal(page.given(), rest)
    assert find(rest[:2_000], page.heard()) >= 0


def test_pause_holds_the_sound_and_the_word(page: Page) -> None:
    page.slide("speed", 0.5)
    page.speak()
    page.until(lambda: page.word_now() != "")
    page["pause-button"].click()
    page.until(lambda: page.state == "paused")
    word, position = page.word_now(), page["position"].get_attribute("value")
    time.sleep(0.7)
    assert (page.word_now(), page["position"].get_attribute("value")) == (word, position)
    page["pause-button"].click()
    page.until(lambda: page.state == "ended")


def test_stop_stops_the_work_of_the_server(browser, make_service, speaker) -> None:
    slow = SlowSpeaker(speaker)
    with running(make_service(slow)) as server:
        page = Page(browser, server)
        slow.let(3)
        page.speak(TEXT * 50)
        page.until(lambda: page.state == "playing")
        assert server.service.scheduler.active == 1
        page["stop"].click()
        page.until(lambda: all(stream._cancelled for stream in server.service.scheduler._active))
        slow.let(1)
        page.until(lambda: server.service.scheduler.active == 0)
        assert slow.computed <= 5
        assert page.status == "Stopped"
        slow.let(1_000)
        page.speak("One. Two.")  # and it begins again
        page.until(lambda: page.state == "ended")


def test_what_the_server_refuses_is_told(page: Page) -> None:
    page.speak("...")
    page.until(lambda: "at least one word" in page.status)
    assert "bad" in page["status"].get_attribute("class")
    page.speak("One.")
    page.until(lambda: page.state == "ended")
    assert page.status == "Ended"


def test_files_are_read_in_their_own_form(page: Page, tmp_path: Path) -> None:
    contents = {
        "a.txt": ("Plain text.\n", "Plain text.\n"),
        "b.md": ("# Title\n\nText.", "# Title\n\nText."),
        "c.html": (
            "<html><head><title>no</title><style>p{}</style></head><body><h1>Head</h1>"
            "<script>x()</script><p style='color: red'>A <b>b</b>.</p><p>C.</p>",
            "Head\n\nA b.\n\nC.",
        ),
        "d.srt": ("1\n00:00:01,000 --> 00:00:02,000\n<i>One</i>\n\n2\n00:00:03,000 --> 00:00:04,000\n2\n", "One\n2"),
        "e.vtt": ("WEBVTT\n\n00:01.000 --> 00:02.000\nOne\n", "One"),
    }  # fmt: skip
    for name, (content, text) in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        page["file"].send_keys(str(tmp_path / name))
        page.until(lambda name=name: page.status == f"{name} is open.")
        assert page["text"].get_attribute("value").strip() == text.strip()
    (tmp_path / "f.txt").write_bytes(b"\xff\xfe\x00")
    page["file"].send_keys(str(tmp_path / "f.txt"))
    page.until(lambda: "not text in UTF-8" in page.status)
    assert page.problems() == []


def test_downloads_are_what_was_spoken(page: Page) -> None:
    import soundfile

    page.speak()
    page.until(lambda: page.state == "ended")
    found = {}
    for form in ("wav", "srt", "vtt", "json"):
        page.browser.find_element(By.CSS_SELECTOR, f"[data-form={form}]").click()
        path = page.browser.downloads / f"one-short-line-then-a-somewhat.{form}"
        page.until(lambda path=path: path.exists() and not path.with_name(path.name + ".crdownload").exists())
        found[form] = path.read_bytes()
        path.unlink()
    audio, rate = soundfile.read(io.BytesIO(found["wav"]), dtype="int16")
    assert rate == 24_000
    assert np.array_equal(audio, page.sent())
    assert "One short line." in found["srt"].decode()
    assert found["vtt"].decode().startswith("WEBVTT")
    assert json.loads(found["json"])["sentences"][0]["words"][0]["text"] == "One"


def test_the_history_brings_a_text_and_its_settings_back(page: Page) -> None:
    page.slide("pitch", 3)
    page.speak("One. Two.")
    page.until(lambda: page.state == "ended")
    page.write("Something else")
    page.slide("pitch", 0)
    page["history"].click()
    page.browser.find_element(By.CSS_SELECTOR, "#past button").click()
    assert page["text"].get_attribute("value") == "One. Two."
    assert page["pitch"].get_attribute("value") == "3"
    page["forget"].click()
    assert not page.browser.find_elements(By.CSS_SELECTOR, "#past button")


def test_markup_and_lexicon_reach_the_server(browser, reading: Server) -> None:
    page = Page(browser, reading)
    page.write("Hello")
    page["ssml"].click()
    page["text"].send_keys(Keys.CONTROL, "a")
    page.browser.find_element(By.XPATH, "//button[text()='Slower']").click()
    assert page["text"].get_attribute("value") == '<prosody rate="80%">Hello</prosody>'
    page["speak"].click()
    page.until(lambda: page.state == "ended")
    assert page.words() == ["Hello"]
    page.browser.execute_script(
        "const l = document.getElementById('lexicon'); l.value = 'Hello həlˈoʊ'; l.closest('details').open = true"
    )
    page["read"].click()
    page.until(lambda: page["phonemes"].text != "")
    assert page["phonemes"].text == "həlˈO"


def test_the_keyboard_is_enough(page: Page) -> None:
    page.slide("speed", 0.5)
    page.write(TEXT)
    page["text"].send_keys(Keys.CONTROL, Keys.ENTER)
    page.until(lambda: page.word_now() != "")
    page["reading"].send_keys(Keys.SPACE)
    page.until(lambda: page.state == "paused")
    page["reading"].send_keys(Keys.ARROW_RIGHT)
    page["reading"].send_keys(Keys.SPACE)
    page.until(lambda: page.state == "playing")
    page["reading"].send_keys(Keys.ESCAPE)
    page.until(lambda: page.state == "closed")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_barrier_is_found(page: Page, scheme: str) -> None:
    axe_selenium = pytest.importorskip("axe_selenium_python", reason="axe-selenium-python is not installed")
    page.browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    page.browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.speak()
    page.until(lambda: page.state == "ended")
    axe = axe_selenium.Axe(page.browser)
    axe.inject()
    found = page.browser.execute_async_script(
        "const done = arguments[0]; axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice']}).then(done)"
    )
    page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert [(v["id"], [n["html"] for n in v["nodes"]]) for v in found["violations"]] == []


def test_it_fits_a_narrow_window(page: Page) -> None:
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True},
    )
    page.browser.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    try:
        page.speak("Averyverylongwordthatgoesonandonandonandon " * 3)
        page.until(lambda: page.state == "ended")
        too_wide = page.browser.execute_script(
            "return [...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > 320.5)"
            ".map((one) => one.id || one.outerHTML.slice(0, 80))"
        )
        assert too_wide == []
        assert page.browser.execute_script("return document.documentElement.scrollWidth") <= 320
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_in_a_narrow_window_the_buttons_and_the_spoken_word_are_in_sight(page: Page) -> None:
    page.browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": True},
    )
    in_sight = """
        const box = arguments[0].getBoundingClientRect();
        return box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth
    """
    try:
        buttons = [page[name] for name in ("speak", "pause-button", "stop")]
        assert all(page.browser.execute_script(in_sight, button) for button in buttons)
        page.speak("One short line. " * 12)
        page.until(lambda: page.browser.find_elements(By.CSS_SELECTOR, ".word.now"))
        for _ in range(3):
            word = page.browser.find_element(By.CSS_SELECTOR, ".word.now")
            page.until(lambda word=word: page.browser.execute_script(in_sight, word))
            time.sleep(0.3)
        assert all(page.browser.execute_script(in_sight, button) for button in buttons)
    finally:
        page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_it_works_below_a_path_prefix(browser, make_service) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    import httpx

    with running(make_service(), root_path="/tts") as server:

        class Proxy(BaseHTTPRequestHandler):
            """What stands before the server, and takes the prefix away."""

            def forward(self) -> None:
                assert self.path.startswith("/tts/"), self.path
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                kind = {"content-type": self.headers.get("content-type", "")} if body else {}
                answer = httpx.request(
                    self.command, server.url + self.path[4:], content=body, headers=kind, timeout=60
                )
                self.send_response(answer.status_code)
                for name in ("content-type", "content-security-policy"):
                    if name in answer.headers:
                        self.send_header(name, answer.headers[name])
                self.send_header("content-length", str(len(answer.content)))
                self.end_headers()
                self.wfile.write(answer.content)

            do_GET = do_POST = forward  # noqa: N815 - names of the base class

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
            threading.Thread(target=proxy.serve_forever, daemon=True).start()
            shown = Server(f"http://127.0.0.1:{proxy.server_port}", server.service, server.loop)
            page = Page(browser, shown, "/tts/")
            page.speak()
            page.until(lambda: page.state == "ended")
            assert page.problems() == []
            proxy.shutdown()


def test_a_picture_for_the_eyes(page: Page, tmp_path: Path) -> None:
    page.speak()
    page.until(lambda: page.state == "ended")
    time.sleep(0.4)
    path = Path(os.environ.get("TTS_PAGE_PICTURE", tmp_path / "page.png"))
    page.browser.save_screenshot(str(path))
    drawn = page.browser.execute_script(
        "const c = document.getElementById('canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return d.filter((x, k) => k % 4 == 3 && x > 0).length"
    )
    assert drawn > 5_000
    assert path.stat().st_size > 10_000

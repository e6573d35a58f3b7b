// What was spoken before, in this browser's own storage; a browser that has none forgets.

const NAME = "text-to-speech.history";
const MOST = 20;
const LONGEST = 20_000; // characters of a text that is kept

export function past() {
  try {
    const found = JSON.parse(localStorage.getItem(NAME) ?? "[]");
    return Array.isArray(found) ? found.filter((one) => typeof one?.input === "string") : [];
  } catch {
    return [];
  }
}

export function remember(request) {
  if (request.input.length > LONGEST) return;
  const others = past().filter((one) => one.input !== request.input);
  keep([request, ...others].slice(0, MOST));
}

export function forget() { keep([]); }

function keep(entries) {
  try {
    localStorage.setItem(NAME, JSON.stringify(entries));
  } catch { /* no storage, or it is full */ }
}

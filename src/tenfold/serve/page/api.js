// Asks the server; a refusal becomes an error in words.

const KEY = "tenfold-token";

export class Refusal extends Error {
  constructor(words, kind = "") {
    super(words);
    this.kind = kind; // the last word of the problem's type
  }
}

export async function ask(path, options = {}) {
  for (;;) {
    const token = sessionStorage.getItem(KEY);
    const headers = { ...options.headers, ...(token && { authorization: `Bearer ${token}` }) };
    let answer;
    try {
      answer = await fetch(path, { ...options, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal("The server cannot be reached.");
    }
    if (answer.status === 401) {
      sessionStorage.setItem(KEY, await askForToken());
    } else if (answer.ok) {
      return answer;
    } else {
      const problem = await answer.json().catch(() => ({}));
      throw new Refusal(sentence(problem.detail ?? "The server failed."), problem.type?.split(":").pop());
    }
  }
}

export const sentence = (words) => words.charAt(0).toUpperCase() + words.slice(1).replace(/[.]?$/, ".");

let asking = null;

function askForToken() {
  asking ??= new Promise((resolve) => {
    const dialog = document.getElementById("access");
    const field = document.getElementById("token");
    field.value = "";
    dialog.showModal();
    dialog.addEventListener("close", () => { asking = null; resolve(field.value.trim()); }, { once: true });
  });
  return asking;
}

export async function save(path, name) {
  hand(await (await ask(path)).blob(), name);
}

// Hands a file over as a download.
export function hand(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Runs something, and shows its failure at the foot of the page.
export async function tell(act) {
  const place = document.getElementById("trouble");
  try {
    const result = await act();
    place.hidden = true;
    return result;
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    place.textContent = error instanceof Refusal ? error.message : "Something on this page failed.";
    place.hidden = false;
    if (!(error instanceof Refusal)) console.error(error);
    return undefined;
  }
}

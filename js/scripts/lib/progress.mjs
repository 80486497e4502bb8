/** Progress for people, on stderr: stdout belongs to a task's answer. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

/** Runs `body` as a named step: a line at its start, one every ten seconds, one at its end. */
export async function step(title, body) {
  const start = performance.now();
  let detail = "";
  say(`${title} ...`);
  const timer = setInterval(() => {
    say(`${title}: ${Math.round((performance.now() - start) / 1000)} s${detail === "" ? "" : `, ${detail}`}`);
  }, 10_000);
  try {
    const answer = await body((text) => {
      detail = text;
    });
    say(`${title}: done in ${seconds(start)} s`);
    return answer;
  } finally {
    clearInterval(timer);
  }
}

/** A line handler that tells how many crates cargo has compiled so far. */
export function countCrates(detail) {
  let compiled = 0;
  return (line) => {
    if (!/^\s*(Compiling|Checking) /.test(line)) return;
    compiled += 1;
    detail(`${compiled} crates compiled`);
  };
}

//! The engine behind a pipe, for `npm run replay -- --engine native`: a line `{"verb", "request"}` in, a line
//! `{"answer"}` or `{"error": {"code", "path", "message"}}` out.

use std::io::{BufRead, Write};

use creditgate::boundary::verbs;
use serde_json::{Value, json};

fn answer(line: &str) -> Result<Value, Box<dyn std::error::Error>> {
    let call: Value = serde_json::from_str(line)?;
    let verb = call
        .get("verb")
        .and_then(Value::as_str)
        .ok_or("a call names its `verb`")?;
    let request = call.get("request").ok_or("a call has a `request`")?;
    Ok(match verbs::call(verb, &request.to_string()) {
        Ok(answer) => json!({ "answer": serde_json::from_str::<Value>(&answer)? }),
        Err(error) => json!({
            "error": { "code": error.code(), "path": error.path(), "message": error.to_string() }
        }),
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        writeln!(out, "{}", answer(&line?)?)?;
        out.flush()?;
    }
    Ok(())
}

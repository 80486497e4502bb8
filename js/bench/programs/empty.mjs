/** A process that does nothing: what the runtime's own start takes. */
console.log(JSON.stringify({ started: performance.now() }));

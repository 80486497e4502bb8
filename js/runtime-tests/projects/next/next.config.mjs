// Above this folder is the repository, with a lockfile of its own.
const here = import.meta.dirname;

export default { turbopack: { root: here }, outputFileTracingRoot: here };

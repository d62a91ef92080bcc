/** Limits of a contract that states none, in milliseconds. Apart from the schema, which is dear to import. */
export const defaultLimits = { readyMs: 10_000, idleMs: 3_000 };

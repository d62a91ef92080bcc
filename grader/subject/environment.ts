/** The environment that programs inherit from the grader: without what npm, Node and test runners add. */

/** Variables that change how a program under test behaves, or tell it of the grader. */
const NOISE = /^(NODE_.*|npm_.*|INIT_CWD|VITEST.*|WIREMARK_.*|OLDPWD)$/i;

let inherited: Record<string, string> | undefined;

/** PATH, HOME, LANG and whatever else the user has set; read once. */
export function inheritedEnvironment(): Readonly<Record<string, string>> {
  if (inherited) return inherited;
  inherited = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !NOISE.test(name)) inherited[name] = value;
  }
  return inherited;
}

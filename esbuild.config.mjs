/**
 * Makes what is run: one bundle for the command line (start-up counts on every check), plans compiled from
 * the fixtures, and the published JSON Schemas.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
rmSync('.build/bin', { recursive: true, force: true });
await build({
  entryPoints: { wiremark: 'grader/cli.ts' },
  outdir: '.build/bin',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  mainFields: ['module', 'main'],
  minifySyntax: true,
  minifyWhitespace: true,
  define: { WIREMARK_VERSION: JSON.stringify(version) },
  // CommonJS packages inside an ESM bundle ask for require.
  banner: {
    js: "import{createRequire as wiremarkRequire}from'node:module';const require=wiremarkRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync('.build/bin/wiremark.js', 0o755);

const { assignmentIds, readSources } = await import('./.build/js/grader/fixture/plan.js');
const { compilePlan } = await import('./.build/js/grader/fixture/compile.js');
const { schemas } = await import('./.build/js/grader/publish.js');
rmSync('.build/plans', { recursive: true, force: true });
mkdirSync('.build/plans', { recursive: true });
for (const id of assignmentIds())
  writeFileSync(`.build/plans/${id}.json`, JSON.stringify(compilePlan(readSources(id))));
mkdirSync('fixtures/schema', { recursive: true });
for (const [name, schema] of Object.entries(schemas()))
  writeFileSync(`fixtures/schema/${name}`, `${JSON.stringify(schema, null, 2)}\n`);

/**
 * Conventions of the languages: which files are main programs, and how they are built and started.
 * To add a language: 1. a function from a submission to its candidates, below; 2. its name in `languages`;
 * 3. a case in discover.test.ts. A build is run in the submission's folder, which may be read-only: it
 * writes to {out} only.
 */
import { basename } from 'node:path';
import {
  type Candidate,
  folderOf,
  rankOf,
  type Submission,
  sourceText,
  withoutComments,
} from './candidates.ts';
import { quoteCommand } from './command.ts';

type Language = (submission: Submission) => Candidate[];

/** Of several, a Makefile's candidate replaces those of the C files that it compiles. */
export const languages: readonly Language[] = [python, java, makefileOrC, javascript, go, rust];

/** A script needs no main function: any file counts that no other one imports. */
function python({ folder, files, program }: Submission): Candidate[] {
  const scripts = files.filter(file => file.endsWith('.py'));
  const texts = new Map(scripts.map(file => [file, sourceText(folder, file)]));
  const named = (file: string) => rankOf(file, program) > 0 || basename(file) === '__main__.py';
  const mains = scripts.filter(file => {
    if (/^if\s+__name__\s*==\s*(['"])__main__\1/m.test(texts.get(file) ?? '')) return true;
    if (scripts.length > 1 && !named(file)) return false;
    const module = basename(file, '.py');
    const imports = new RegExp(
      `^\\s*(?:from\\s+[\\w.]*\\b${literal(module)}\\s+import|import\\s.*\\b${literal(module)}\\b)`,
      'm',
    );
    return ![...texts].some(([other, text]) => other !== file && imports.test(text));
  });
  return mains.map(file => ({
    file,
    how: `the Python program ${file}`,
    commands: { run: ['python3', `{source}/${file}`] },
  }));
}

function java({ folder, files }: Submission): Candidate[] {
  const sources = files.filter(file => file.endsWith('.java'));
  return sources.flatMap(file => {
    const text = withoutComments(sourceText(folder, file));
    if (!/\b(?:public\s+static|static\s+public|static)\s+(?:final\s+)?void\s+main\s*\(/.test(text)) return [];
    const pack = /^\s*package\s+([\w.]+)\s*;/m.exec(text)?.[1];
    // Files of other packages belong to it; a second program beside it may have classes of the same names.
    const root = pack ? rootOf(file, pack) : folderOf(file);
    const together = pack ? sources.filter(source => source.startsWith(root)) : besides(sources, file);
    const name = basename(file, '.java');
    return {
      file,
      how: `the Java program ${file}`,
      commands: {
        build: ['javac', '-encoding', 'UTF-8', '-d', '{out}', ...together],
        run: ['java', '-cp', '{out}', pack ? `${pack}.${name}` : name],
      },
    };
  });
}

/** Folder in which a package's folders begin. */
function rootOf(file: string, pack: string): string {
  const inPackage = `${pack.replaceAll('.', '/')}/${basename(file)}`;
  return file.endsWith(inPackage) ? file.slice(0, -inPackage.length) : folderOf(file);
}

const besides = (sources: readonly string[], file: string) =>
  sources.filter(source => folderOf(source) === folderOf(file));

function makefileOrC(submission: Submission): Candidate[] {
  const made = makefile(submission);
  return made.length > 0 ? made : c(submission);
}

/** A Makefile that names the contract's program makes it. Run in a copy, as make writes where it is. */
function makefile({ folder, files, program }: Submission): Candidate[] {
  const file = ['GNUmakefile', 'makefile', 'Makefile'].find(name => files.includes(name));
  if (!file) return [];
  const text = sourceText(folder, file);
  const name = literal(program);
  const target = new RegExp(
    `^(?:[\\w./-]+[ \\t]+)*(?:\\./)?${name}(?:[ \\t]+[\\w./-]+)*[ \\t]*:(?!=)`,
    'm',
  ).test(text);
  const mentioned = new RegExp(`(?:=|-o)[^\\n]*(?<![\\w.-])${name}(?![\\w.-])`).test(text);
  if (!target && !mentioned) return [];
  const make = `cp -R . "$1" && make -C "$1"${target ? ` ${program}` : ''}`;
  const build = ['sh', '-c', make, 'make', '{out}'];
  return [
    { file, how: `the ${file}, which makes ${program}`, commands: { build, run: [`{out}/${program}`] } },
  ];
}

/** A file with main, linked with those beside it that have none. */
function c({ folder, files, program }: Submission): Candidate[] {
  const kinds = [
    { compiler: ['cc', '-O1', '-g'], ending: /\.c$/, name: 'C' },
    { compiler: ['c++', '-O1', '-g', '-std=c++17'], ending: /\.(cc|cpp|cxx|c\+\+)$/, name: 'C++' },
  ];
  return kinds.flatMap(({ compiler, ending, name }) => {
    const sources = files.filter(file => ending.test(file));
    const isMain = (file: string) =>
      /^[ \t]*(?:extern\s+)?(?:int|void|auto)?\s*\bmain\s*\([^;{]*\)[^;{]*\{/m.test(
        withoutComments(sourceText(folder, file)),
      );
    const mains = sources.filter(isMain);
    return mains.map(file => {
      const others = besides(sources, file).filter(source => !mains.includes(source));
      const build = [...compiler, '-o', `{out}/${program}`, file, ...others, '-pthread', '-lm'];
      return { file, how: `the ${name} program ${file}`, commands: { build, run: [`{out}/${program}`] } };
    });
  });
}

/** "main" or a start script of package.json, else a single or well-named file. */
function javascript({ folder, files, program }: Submission): Candidate[] {
  const scripts = files.filter(file => /\.[cm]?js$/.test(file));
  const candidate = (file: string) => ({
    file,
    how: `the JavaScript program ${file}`,
    commands: { run: ['node', `{source}/${file}`] },
  });
  const entry = files.includes('package.json') ? packageEntry(sourceText(folder, 'package.json')) : undefined;
  const main = [entry, `${entry}.js`].find(file => file !== undefined && scripts.includes(file));
  if (main) return [candidate(main)];
  if (scripts.length === 1) return scripts.map(candidate);
  return scripts.filter(file => rankOf(file, program) > 0).map(candidate);
}

function packageEntry(text: string): string | undefined {
  try {
    const { main, scripts } = JSON.parse(text) as { main?: unknown; scripts?: { start?: unknown } };
    const start = /^node\s+(\S+)/.exec(String(scripts?.start ?? ''))?.[1];
    const entry = start ?? (typeof main === 'string' ? main : undefined);
    return entry?.replace(/^\.\//, '');
  } catch {
    return undefined;
  }
}

/** Each folder with package main is one program. */
function go({ folder, files, program }: Submission): Candidate[] {
  const sources = files.filter(file => file.endsWith('.go'));
  const mains = sources.filter(file => {
    const text = withoutComments(sourceText(folder, file));
    return /^\s*package\s+main\b/m.test(text) && /^func\s+main\s*\(\s*\)/m.test(text);
  });
  return mains.map(file => {
    const inModule = files.includes('go.mod');
    // Without a module, several main functions in one folder are several programs.
    const others = besides(sources, file).filter(source => source !== file && !mains.includes(source));
    const what = inModule ? [`./${folderOf(file)}`] : [file, ...others];
    const build = ['go', 'build', '-o', `{out}/${program}`, ...what];
    return { file, how: `the Go program ${file}`, commands: { build, run: [`{out}/${program}`] } };
  });
}

/** Cargo's rules: src/main.rs bears the package's name, each src/bin/*.rs its own. Else a single file. */
function rust({ folder, files, program }: Submission): Candidate[] {
  const mains = files.filter(
    file =>
      file.endsWith('.rs') &&
      /^\s*(?:pub\s+)?fn\s+main\s*\(/m.test(withoutComments(sourceText(folder, file))),
  );
  if (!files.includes('Cargo.toml')) {
    return mains.map(file => {
      const build = ['rustc', '-O', '-o', `{out}/${program}`, file];
      return { file, how: `the Rust program ${file}`, commands: { build, run: [`{out}/${program}`] } };
    });
  }
  const toml = sourceText(folder, 'Cargo.toml');
  const packaged = /^\s*\[package\][^[]*?^\s*name\s*=\s*"([^"]+)"/m.exec(toml)?.[1];
  const declared = [...toml.matchAll(/^\s*\[\[bin\]\]([^[]*)/gm)].map(([, body = '']) => ({
    name: /^\s*name\s*=\s*"([^"]+)"/m.exec(body)?.[1],
    path: /^\s*path\s*=\s*"([^"]+)"/m.exec(body)?.[1],
  }));
  return mains.flatMap(file => {
    const binary =
      declared.find(({ path }) => path === file)?.name ??
      (file === 'src/main.rs' ? packaged : /^src\/bin\/(\w[\w-]*)(?:\/main)?(?:\.rs)$/.exec(file)?.[1]);
    if (binary === undefined) return [];
    // Run in a copy, as cargo may write Cargo.lock.
    const script = `cp -R . "$1" && cd "$1" && cargo build --release --bin ${quoteCommand([binary])} --target-dir target`;
    const build = ['sh', '-c', script, 'cargo', '{out}'];
    const run = [`{out}/target/release/${binary}`];
    return { file, how: `the Rust program ${file}`, commands: { build, run } };
  });
}

const literal = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

import { expect, it } from 'vitest';
import { containerOf, gather, lackingIn, usersIn } from './evidence.ts';

it('reads which rights are lacking', () => {
  expect(lackingIn('Name:\tnode\nCapEff:\t000001fffeffffff\n')).toEqual([]);
  // What Docker gives to root.
  expect(lackingIn('CapEff:\t00000000a80425fb\n')).toEqual(['CAP_NET_ADMIN', 'CAP_SYS_ADMIN']);
  expect(lackingIn('')).toHaveLength(4);
});

it('counts the users of a namespace', () => {
  expect(usersIn('         0          0 4294967295\n')).toBe(4_294_967_295);
  expect(usersIn('         0       1000          1\n         1     100000      65536\n')).toBe(65_537);
  expect(usersIn('')).toBe(0);
});

it.each([
  [{ KUBERNETES_SERVICE_HOST: '10.0.0.1' }, ['/.dockerenv'], '', 'kubernetes'],
  [{}, ['/.dockerenv'], '', 'docker'],
  [{}, ['/run/.containerenv'], 'podman', 'podman'],
  [{}, [], 'lxc\n', 'lxc'],
  [{ container: 'lxc' }, [], '', 'lxc'],
  [{}, [], 'wsl', undefined],
  [{}, [], '', undefined],
])('knows containers (%o, %o, %o)', (env, files, named, container) => {
  expect(
    containerOf(
      env,
      path => (files as string[]).includes(path),
      () => named,
    ),
  ).toBe(container);
});

it('gathers without a failure', () => {
  expect(JSON.parse(JSON.stringify(gather()))).toMatchObject({ platform: process.platform });
});

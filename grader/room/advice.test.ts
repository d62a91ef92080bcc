import { describe, expect, it } from 'vitest';
import { type Findings, missing } from './advice.ts';

/** A Debian on which all goes well. */
const good: Findings = {
  platform: 'linux',
  release: '6.1.0-18-amd64',
  distribution: { name: 'Debian GNU/Linux 12 (bookworm)', packager: 'apt' },
  uid: 1000,
  lacking: ['CAP_SETGID', 'CAP_SETUID', 'CAP_NET_ADMIN', 'CAP_SYS_ADMIN'],
  users: 4_294_967_295,
  container: undefined,
  settings: {
    'kernel.unprivileged_userns_clone': 1,
    'kernel.apparmor_restrict_unprivileged_userns': undefined,
    'user.max_user_namespaces': 96_365,
  },
  confinedBy: undefined,
  bubblewrapConfined: false,
  partialProc: false,
  bubblewrap: { version: '0.8.0', path: '/usr/bin/bwrap', setuid: false },
  prlimit: true,
  complaints: [],
};
const refused = ['setting up uid map: Permission denied'];
const setting = (name: keyof Findings['settings'], value: number): Partial<Findings> => ({
  settings: { ...good.settings, [name]: value },
  complaints: refused,
});

/** What is missing, and all that is advised. */
function advice(evidence: Partial<Findings>): { what: string[]; why: string; install: string } {
  const found = missing({ ...good, ...evidence });
  return {
    what: found.map(({ what }) => what),
    why: found.map(({ why }) => why).join('; '),
    install: found.map(({ install }) => install).join('\n'),
  };
}

it('misses nothing where all goes well', () => {
  expect(missing(good)).toEqual([]);
  // Settings do not matter where bubblewrap works in spite of them.
  expect(missing({ ...good, ...setting('kernel.unprivileged_userns_clone', 0), complaints: [] })).toEqual([]);
});

describe('other systems', () => {
  it.each([
    ['darwin', 'macOS', 'virtual machine'],
    ['win32', 'Windows', 'wsl --install'],
    ['freebsd', 'freebsd', 'Linux machine'],
  ] as const)('%s', (platform, name, install) => {
    const found = advice({ platform, bubblewrap: undefined, prlimit: false });
    expect(found.what).toEqual(['Linux']);
    expect(found.why).toContain(name);
    expect(found.install).toContain(install);
  });

  it('tells WSL 1 from WSL 2', () => {
    expect(advice({ release: '4.4.0-19041-Microsoft', complaints: refused }).install).toContain(
      'wsl --set-version',
    );
    expect(missing({ ...good, release: '5.15.153.1-microsoft-standard-WSL2' })).toEqual([]);
  });
});

describe('tools', () => {
  it.each([
    ['apt', 1000, 'sudo apt-get install bubblewrap'],
    ['apt', 0, 'apt-get install bubblewrap'],
    ['dnf', 1000, 'sudo dnf install bubblewrap'],
    ['pacman', 1000, 'sudo pacman -S bubblewrap'],
    [undefined, 1000, "install bubblewrap (Debian's names) with the package manager"],
  ] as const)('bubblewrap is not installed (%s, user %d)', (packager, uid, line) => {
    const found = advice({
      bubblewrap: undefined,
      distribution: { name: '', packager },
      uid,
      complaints: refused,
    });
    expect(found).toEqual({ what: ['bubblewrap'], why: 'bubblewrap is not installed', install: line });
  });

  it('bubblewrap is too old', () => {
    const found = advice({ bubblewrap: { version: '0.6.1', path: '/usr/bin/bwrap', setuid: false } });
    expect(found.why).toBe('bubblewrap 0.6.1 is too old, 0.8.0 is needed');
    expect(
      missing({ ...good, bubblewrap: { version: '0.11.0', path: '/usr/bin/bwrap', setuid: false } }),
    ).toEqual([]);
    expect(
      missing({ ...good, bubblewrap: { version: '1.0', path: '/usr/bin/bwrap', setuid: false } }),
    ).toEqual([]);
  });

  it('bubblewrap is setuid', () => {
    const found = advice({ bubblewrap: { version: '0.8.0', path: '/usr/bin/bwrap', setuid: true } });
    expect(found.install).toBe('sudo chmod u-s /usr/bin/bwrap');
  });

  it('several are missing', () => {
    expect(advice({ bubblewrap: undefined, prlimit: false }).what).toEqual(['bubblewrap', 'prlimit']);
  });
});

describe('the system', () => {
  it('restricts user namespaces by AppArmor, also for root', () => {
    for (const uid of [1000, 0]) {
      const restricted = setting('kernel.apparmor_restrict_unprivileged_userns', 1);
      const found = advice({ ...restricted, uid, lacking: [] });
      expect(found.what).toEqual(['user namespaces']);
      expect(found.install).toContain('sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0');
      expect(found.install).toContain('profile bwrap /usr/bin/bwrap flags=(unconfined) { userns, }');
    }
  });

  it('confines bubblewrap by a profile of its own', () => {
    const found = advice({ bubblewrapConfined: true, complaints: refused });
    expect(found.what).toEqual(['sandboxes in sandboxes']);
    expect(found.install).toContain('apparmor_parser -R /etc/apparmor.d/bwrap-userns-restrict');
  });

  it.each([
    ['kernel.unprivileged_userns_clone', 0, 'sudo sysctl -w kernel.unprivileged_userns_clone=1'],
    ['user.max_user_namespaces', 0, 'sudo sysctl -w user.max_user_namespaces=15000'],
  ] as const)('%s is %d', (name, value, line) => {
    const found = advice(setting(name, value));
    expect(found.what).toEqual(['user namespaces']);
    expect(found.install).toContain(line);
  });

  it('has only a part of /proc', () => {
    expect(advice({ partialProc: true, complaints: refused, container: 'docker' }).what).toEqual([
      'a whole /proc',
    ]);
  });
});

describe('root', () => {
  it('lacks rights', () => {
    const weak = { uid: 0, lacking: ['CAP_SYS_ADMIN'], complaints: ['Operation not permitted'] };
    expect(advice(weak).why).toBe('root has not all its rights here (no CAP_SYS_ADMIN)');
    expect(advice(weak).install).toContain('ordinary user');
    const inDocker = advice({ ...weak, container: 'docker' });
    expect(inDocker.what).toEqual(['rights of root']);
    expect(inDocker.install).toContain('--cap-add SYS_ADMIN');
  });

  it('is alone', () => {
    const found = advice({
      uid: 0,
      lacking: [],
      users: 1,
      complaints: ['setresuid failed: Invalid argument'],
    });
    expect(found.what).toEqual(['other users']);
  });
});

describe('what this runs in', () => {
  it.each([
    ['docker', 'docker run --privileged', 'systempaths=unconfined'],
    ['podman', 'podman run --privileged', 'unmask=ALL'],
    ['kubernetes', 'privileged: true', ''],
    ['lxc', 'security.nesting true', ''],
    ['systemd-nspawn', 'let systemd-nspawn make namespaces', ''],
  ])('%s', (container, line, narrower) => {
    const found = advice({
      container,
      complaints: ["Can't mount proc on /newroot/proc: Operation not permitted"],
    });
    expect(found.what).toEqual(['rights of the container']);
    expect(found.why).toContain("Can't mount proc");
    expect(found.install).toContain(line);
    expect(found.install).toContain(narrower);
  });

  it('a container under AppArmor on a restricting system: both have to be mended', () => {
    const restricted = setting('kernel.apparmor_restrict_unprivileged_userns', 1);
    const found = advice({ ...restricted, container: 'docker', confinedBy: 'docker-default' });
    expect(found.what).toEqual(['user namespaces', 'rights of the container']);
    expect(found.why).toContain('AppArmor profile docker-default');
  });

  it.each([undefined, 'docker'])('a sandbox that allows no further ones (container: %s)', container => {
    const says =
      'Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)';
    expect(advice({ container, complaints: [says] })).toEqual({
      what: ['namespaces'],
      why: 'this runs in a sandbox that allows no further ones',
      install: 'run it outside of that sandbox',
    });
  });

  it('a Node that is closed to the user of programs', () => {
    const says = "Can't find source path /root/.nvm/versions/node/v20.20.2: Permission denied";
    const found = advice({ uid: 0, lacking: [], container: 'docker', complaints: [says] });
    expect(found.what).toEqual(['a Node for all users']);
    expect(found.why).toContain('/root/.nvm/versions/node/v20.20.2,');
  });

  it('nothing known: what was said is handed on', () => {
    expect(advice({ complaints: ['No such device', 'exit status 1'] }).why).toBe(
      'bubblewrap does not work here (No such device)',
    );
  });
});

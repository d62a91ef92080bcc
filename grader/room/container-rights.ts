/** How containers are given the rights that shutting in programs needs: advice, a way a line. */

/** @param kind as `containerOf` names it; undefined, and so the answer, outside of containers */
export function containerRights(kind: string | undefined): string | undefined {
  const narrower = 'seccomp=unconfined --security-opt';
  const rights = '--cap-add SYS_ADMIN --cap-add NET_ADMIN';
  switch (kind) {
    case undefined:
      return undefined;
    case 'docker':
      return [
        'docker run --privileged …',
        `or docker run --security-opt ${narrower} apparmor=unconfined --security-opt systempaths=unconfined ${rights} …`,
      ].join('\n');
    case 'podman':
      return [
        'podman run --privileged …',
        `or podman run --security-opt ${narrower} label=disable --security-opt unmask=ALL ${rights} …`,
      ].join('\n');
    case 'kubernetes':
      return 'securityContext: { privileged: true }    (in the container of the pod)';
    case 'lxc':
      return 'lxc config set <container> security.nesting true    (on the host; Proxmox: features: nesting=1)';
    default:
      return `let ${kind} make namespaces in the container, or run it outside`;
  }
}

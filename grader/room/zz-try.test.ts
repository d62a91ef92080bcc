import { it } from 'vitest';
import { openLane, users } from './golden/real-lane.ts';
it.each(users)('%s', async as => {
  const t0 = performance.now();
  const lane = await openLane({ as, addresses: ['198.41.0.4'], groups: true });
  console.log('open', performance.now() - t0, lane.user, lane.groups);
  await lane.order.submit({ 'a.sh': '#!/bin/sh\necho hi; id; cat /proc/self/status; ls -la / /etc /dev /proc /submission; env\n' });
  const place = await lane.order.place({ ports: { port: { transport: 'tcp', textbook: 12000 } } });
  console.log(place);
  const s = await lane.order.launch(place.place, ['/submission/a.sh']);
  console.log(await lane.order.ended(s), (await lane.order.look(s)));
  console.log(performance.now() - t0);
  await lane.order.leave(place.place);
  await lane.close();
});

// For work on the page: `npx node test/support/page/page-dev.ts [port]` serves the queue demo's page until Ctrl-C.

import { PageWorld } from './page-world.ts';

const world = await PageWorld.start({ port: Number(process.argv[2] ?? 8099) });
world.play();
console.log(world.url);

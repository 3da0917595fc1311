// Before the tests of a server that is already running: attempts that an earlier run left open run out.

import { advance, HOUR } from "./clock";

export default async function settle(): Promise<void> {
  if (process.env.OWN_SERVER !== "1") await advance(HOUR);
}

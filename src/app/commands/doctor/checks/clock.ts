// app: do Marathon's clock and ours agree?

import { type Check, given, timeText } from '../check.ts';

const MUCH_MS = 5_000;

export const checkClock: Check = ({ clock }) =>
  given(clock, ({ aheadMs, toleranceMs }) => {
    const apartMs = Math.abs(aheadMs) - toleranceMs;
    if (apartMs <= MUCH_MS) return [];
    const way = aheadMs > 0 ? 'ahead of' : 'behind';
    return [
      {
        check: 'clock',
        severity: 'warning',
        what: `Marathon's clock is ${timeText(Math.abs(aheadMs))} ${way} the clock here`,
        why: 'how long instances take to start is read from its time stamps, and logs of the two do not line up; tokens of DC/OS may be refused',
        change: 'keep both machines on network time (chrony, ntpd, systemd-timesyncd)',
      },
    ];
  });

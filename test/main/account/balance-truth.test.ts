import { expect, it } from 'vitest'
import { type BalanceFacts, judgeBalance } from '../../../src/main/account/balance-truth.ts'

const now = 1_800_000_000_000
const facts: BalanceFacts = {
  now,
  idle: null,
  liveSince: now - 600_000,
  askedAt: now - 30_000,
  everyMs: 60_000,
  isSeen: true,
  isUnread: false,
  drift: undefined,
}

it.each<readonly [string, Partial<BalanceFacts>, string, string]>([
  ['confirmed', {}, 'live', ''],
  ['of an account that is switched off', { idle: 'switched off' }, 'gap', 'switched off'],
  [
    'of a wallet that its key does not see',
    { isSeen: false },
    'gap',
    'the key of its account does not see this wallet',
  ],
  ['never told', { askedAt: null }, 'gap', 'the exchange has not answered yet'],
  ['without its stream', { liveSince: null }, 'gap', 'its live updates are interrupted'],
  [
    'asked for before the stream came back',
    { liveSince: now - 1_000 },
    'gap',
    'its live updates were interrupted, and the exchange has not confirmed it since',
  ],
  ['not confirmed in time', { askedAt: now - 151_000 }, 'stale', 'not confirmed for 151 s, and asked for every 60 s'],
  [
    'that may be a row which could not be read',
    { isUnread: true },
    'stale',
    'what the exchange says of it now could not be read',
  ],
  [
    'asked for at a time that is still to come',
    { askedAt: now + 3_600_000 },
    'stale',
    "not confirmed since this machine's clock was set back",
  ],
  [
    'that differs',
    { drift: { field: 'total', expected: '2', got: null } },
    'suspect',
    'total: 2 expected, the exchange says nothing',
  ],
])('judges a balance %s', (_name, more, truth, reason) => {
  expect(judgeBalance({ ...facts, ...more })).toEqual({ truth, reason })
})

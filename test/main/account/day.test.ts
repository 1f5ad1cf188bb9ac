import { expect, it, onTestFinished } from 'vitest'
import { AccountRecorder } from '../../../src/main/account/recorder.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { until } from '../../support/loopback.ts'
import { openPlain, openTemporary } from '../storage/support.ts'
import { balance } from './rows.ts'
import { live, now, scripted } from './scripted.ts'

it("takes nothing for the day's balances that is only remembered from another day", async () => {
  const storage = await openTemporary()
  await storage.accounts.save({
    balances: [balance({ asset: 'BTC', total: '5', receivedAt: now() - 7 * 86_400_000 })],
  })
  const exchange = await scripted()
  exchange.truth.balances = [balance({ exchangeAt: now(), receivedAt: now() })]
  const held: (() => void)[] = []
  exchange.holds.set('balances', () => new Promise((resolve) => held.push(resolve)))
  const session = exchange.open({ storage: storage.accounts })
  const recorder = new AccountRecorder({
    bus: createBus((error) => {
      throw error
    }),
    storage: storage.accounts,
    balances: () => session.confirmedBalances(),
    logger: createLogger('silent'),
    onAlert: () => {},
  })
  recorder.start()
  onTestFinished(() => recorder.stop())
  await until(() => held.length > 0, 'asked')
  expect(session.balances().map(({ asset, total }) => [asset, total])).toEqual([['BTC', '5']])
  await recorder.flush()
  exchange.holds.clear()
  for (const release of held) release()
  await until(() => session.confirmedBalances().length > 0, 'answered')
  await recorder.flush()
  // Sold while Crossbook was off.
  expect(openPlain(storage.file).prepare('SELECT asset, total FROM daily_balances').raw().all()).toEqual([
    ['USDT', '100'],
  ])
})

it('says of what another key saw, in a wallet that this one does not see, that nothing is known of it any more', async () => {
  const storage = await openTemporary()
  await storage.accounts.save({
    balances: [balance({ wallet: 'funding', asset: 'BTC', total: '5', receivedAt: now() - 7 * 86_400_000 })],
  })
  const { session } = await live(() => {}, { storage: storage.accounts })
  const judged = session.balances().map((row) => [row.asset, session.truthOf(row)])
  expect(judged).toEqual([
    ['BTC', { truth: 'gap', reason: 'the key of its account does not see this wallet' }],
    ['USDT', { truth: 'live', reason: '' }],
  ])
  expect(session.confirmedBalances()).toEqual([])
})

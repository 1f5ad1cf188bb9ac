import { describe, expect, it, onTestFinished } from 'vitest'
import { equityCurve } from '../../../../src/main/account/equity-curve.ts'
import type { AccountBatch } from '../../../../src/main/storage/account-contract.ts'
import { createAccountWriter } from '../../../../src/main/storage/accounts/writer.ts'
import type { KlineRow } from '../../../../src/main/storage/contract.ts'
import { openForWriting } from '../../../../src/main/storage/database.ts'
import { createEquityReader } from '../../../../src/main/storage/history/equity.ts'
import type { EquityQuestion, EquitySample } from '../../../../src/main/storage/history-contract.ts'
import { createInstrumentWriter } from '../../../../src/main/storage/instruments.ts'
import { createKlineWriter, toKlineBatch } from '../../../../src/main/storage/klines.ts'
import { balance, transfer } from '../account-rows.ts'
import { instruments, kline, temporaryFile } from '../support.ts'

const day = 86_400_000
/** 2023-11-14T00:00:00.000Z */
const start = 1_699_920_000_000
const five = 300_000

const sample = (account: string, at: number, value: string, more: Partial<EquitySample> = {}): EquitySample => ({
  ...{ account, at, currency: 'USDT', value, leftOut: [], oldPrices: [] },
  ...more,
})

type Fill = (write: { klines(rows: readonly KlineRow[]): number; accounts(batch: AccountBatch): number }) => void

const questionOf = (more: Partial<EquityQuestion>): EquityQuestion => ({
  ...{ account: null, currency: 'USDT', from: start, to: start + day, bucketMs: five },
  ...more,
})

const read = (fill: Fill, more: Partial<EquityQuestion> = {}) => equityCurve(stored(fill, more), questionOf(more))

/** What a file holds, written on a connection of the test's own. */
function stored(fill: Fill, more: Partial<EquityQuestion>) {
  const { database } = openForWriting({
    ...{ file: temporaryFile(), busyTimeoutMs: 1_000, nativeBinding: null, maximumBytes: null },
  })
  onTestFinished(() => {
    database.close()
  })
  createInstrumentWriter(database)(instruments)
  const saveKlines = createKlineWriter(database)
  fill({ klines: (rows) => saveKlines(toKlineBatch(rows)), accounts: createAccountWriter(database) })
  const work = createEquityReader(database)(questionOf(more))
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

const at = (bucket: number) => start + bucket * five
const points = ({ points: all }: ReturnType<typeof read>) =>
  all.map(({ at: time, value, profit, isJoined }) => [(time - start) / five, value, profit, isJoined])

describe('the equity curve', () => {
  it('is read with one sample of each account and bucket, the newest, however many are stored', () => {
    const { samples } = stored(
      ({ accounts }) =>
        accounts({
          equity: ['a', 'b'].flatMap((account) =>
            Array.from({ length: 24 }, (_, bucket) => sample(account, at(bucket), String(100 + bucket))),
          ),
        }),
      { bucketMs: 12 * five },
    )
    expect(samples.map(({ account, at: time, value }) => [account, (time - start) / five, value])).toEqual([
      ['a', 11, '111'],
      ['b', 11, '111'],
      ['a', 23, '123'],
      ['b', 23, '123'],
    ])
  })

  it('takes a deposit and a withdrawal for neither profit nor loss', () => {
    const curve = read(({ accounts, klines }) => {
      // BTC at 105 in the minute in which it came in.
      klines([kline({ openTime: at(1), close: 105, isClosed: true })])
      accounts({
        equity: [sample('a', at(0), '1000'), sample('a', at(2), '1215'), sample('a', at(3), '1112.5')],
        transfers: [
          {
            transfer: transfer({
              account: 'a',
              transferId: '1',
              asset: 'BTC',
              amount: '2',
              status: 'completed',
              updatedAt: at(1) + 60_000,
            }),
            raw: '{}',
          },
          {
            transfer: transfer({
              ...{ account: 'a', transferId: '2', kind: 'withdrawal', asset: 'USDT', amount: '100' },
              ...{ status: 'completed', createdAt: at(2) + 1, updatedAt: at(2) + 2 },
            }),
            raw: '{}',
          },
          { transfer: transfer({ account: 'a', transferId: '3', amount: '9', status: 'pending' }), raw: '{}' },
        ],
      })
    })
    expect(points(curve)).toEqual([
      [0, '1000', '0', false],
      // 215 more, of which 2 BTC at 105 came in; a bucket is missing between.
      [2, '1215', '5', false],
      [3, '1112.5', '2.5', true],
    ])
    expect(curve.flows.map(({ kind, asset, value }) => [kind, asset, value])).toEqual([
      ['deposit', 'BTC', '210'],
      ['withdrawal', 'USDT', '100'],
    ])
  })

  it('takes no deposit for profit that began before the range and arrived in it, where only its beginning is told', () => {
    const curve = read(({ accounts }) => {
      const deposit = { account: 'a', asset: 'USDT', amount: '500', createdAt: start - 600_000, updatedAt: null }
      const told = (status: 'pending' | 'completed', receivedAt: number) =>
        accounts({ transfers: [{ transfer: transfer({ ...deposit, status, receivedAt }), raw: '{}' }] })
      told('pending', start - 500_000)
      told('completed', at(1) + 20_000)
      accounts({ equity: [sample('a', at(0), '1000'), sample('a', at(1), '1000'), sample('a', at(2), '1500')] })
    })
    expect(points(curve).map(([, value, profit]) => [value, profit])).toEqual([
      ['1000', '0'],
      ['1000', '0'],
      ['1500', '0'],
    ])
    expect(curve.flows.map((flow) => flow.at)).toEqual([at(1) + 20_000])
  })

  it('does not know the profit after something moved whose value is not stored', () => {
    const curve = read(({ accounts }) =>
      accounts({
        equity: [sample('a', at(0), '10'), sample('a', at(1), '12'), sample('a', at(2), '99')],
        transfers: [
          {
            transfer: transfer({
              account: 'a',
              asset: 'DOGE',
              amount: '5',
              status: 'completed',
              createdAt: at(1) + 1,
              updatedAt: null,
            }),
            raw: '{}',
          },
        ],
      }),
    )
    expect(points(curve).map(([, , profit]) => profit)).toEqual(['0', '2', null])
  })

  it('has a gap where an account is missing, and says where one begins and ends', () => {
    const curve = read(({ accounts }) =>
      accounts({
        equity: [
          ...[0, 1, 2, 3, 4].map((bucket) => sample('a', at(bucket), '100')),
          ...[1, 3].map((bucket) => sample('b', at(bucket), String(50 + bucket))),
        ],
      }),
    )
    expect(points(curve)).toEqual([
      [0, '100', '0', false],
      [1, '151', '0', false],
      // b is known before and after bucket 2, but not in it.
      [3, '153', '2', false],
      [4, '100', '2', false],
    ])
    expect(curve.changes.map(({ at: time, account, kind }) => [(time - start) / five, account, kind])).toEqual([
      [0, 'a', 'begins'],
      [1, 'b', 'begins'],
      [3, 'b', 'ends'],
    ])
  })

  it('breaks where other assets are left out, and keeps other currencies apart', () => {
    const curve = read(({ accounts }) =>
      accounts({
        equity: [
          sample('a', at(0), '100'),
          sample('a', at(1), '60', { leftOut: ['LUNC'] }),
          sample('a', at(2), '61', { leftOut: ['LUNC'], oldPrices: ['ETH'] }),
          sample('a', at(3), '0.002', { currency: 'BTC' }),
        ],
      }),
    )
    expect(points(curve)).toEqual([
      [0, '100', '0', false],
      [1, '60', '0', false],
      [2, '61', '1', true],
    ])
    expect([curve.otherCurrencies, curve.points[2]?.oldPrices]).toEqual([['BTC'], ['ETH']])
  })

  it('by the day begins with the balances of days before samples were taken, at the prices of then', () => {
    const curve = read(
      ({ accounts, klines }) => {
        klines([kline({ period: '1d', openTime: start - day, close: 200, isClosed: true })])
        accounts({
          dailyBalances: ['2023-11-14', '2023-11-15'].map((name) => ({
            day: name,
            balance: balance({ account: 'a', asset: 'BTC', total: '1.5', receivedAt: start - 5 * day }),
          })),
          equity: [sample('a', start + day + five, '320')],
        })
      },
      { to: start + 2 * day, bucketMs: day },
    )
    expect(curve.points).toMatchObject([
      { at: start, value: '300', profit: '0', leftOut: [] },
      { at: start + day + five, value: '320', profit: '20', isJoined: true },
    ])
  })

  it('has no value of a day whose balances are of several moments: what was bought stands beside what paid for it', () => {
    const at = (asset: string, total: string, receivedAt: number) => ({
      day: '2023-11-14',
      balance: balance({ account: 'a', asset, total, receivedAt }),
    })
    const curve = read(
      ({ accounts, klines }) => {
        klines([kline({ openTime: start + 12 * 3_600_000, close: 100, isClosed: true })])
        accounts({
          dailyBalances: [at('USDT', '100', start - 60_000), at('BTC', '1', start + 12 * 3_600_000 + 30_000)],
        })
      },
      { bucketMs: day },
    )
    expect(curve.points).toEqual([])
  })
})

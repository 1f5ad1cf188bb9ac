import { readFileSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import { createHub, type TestHub } from '../support/hub.ts'

const waiting = { timeout: 30_000, interval: 100 }

/** Index of the pair that buys and sells there, once there is one. */
async function pairOf({ ask }: TestHub, buy: string, sell: string): Promise<number> {
  return vi.waitFor(async () => {
    const pair = (await ask('spreads.pairs', {})).find((one) => one.buy === buy && one.sell === sell)
    if (pair === undefined) throw new Error(`no pair of ${buy} and ${sell}`)
    return pair.index
  }, waiting)
}

/** The whole program starts, and this machine may be busy. */
const patienceMs = 90_000

describe('a hub', () => {
  it(
    'counts pairs of one asset, sets others aside, and takes the trader’s word at once',
    async () => {
      const test = createHub({ settings: { mode: 'demo', symbols: ['SOL_USDT', 'GMT_USDT'] } })
      const { hub, ask, client, settingsFile } = test
      await hub.start()
      const [sol, gmt] = [
        await pairOf(test, 'binance:SOL_USDT', 'okx:SOL_USDT'),
        await pairOf(test, 'binance:GMT_USDT', 'mexc:GMT_USDT'),
      ]
      const verdict = async (index: number) => (await ask('spreads.detail', { index })).verdict
      await vi.waitFor(async () => expect(await verdict(sol)).toMatch(/^(counts|uncertain)$/), waiting)
      await vi.waitFor(async () => expect(await verdict(gmt)).toBe('different'), waiting)
      expect(await ask('coins.evidence', { buy: 'binance:GMT_USDT', sell: 'mexc:GMT_USDT' })).toMatchObject({
        ...{ asset: 'GMT', standing: 'different' },
        lines: [{ source: 'list', says: 'different' }, { source: 'contracts' }, { source: 'prices' }],
      })

      await ask('settings.update', {
        changes: [
          { path: ['sameCoin', 'confirmed'], value: [{ asset: 'GMT', exchanges: ['mexc', 'binance'] }] },
          { path: ['sameCoin', 'muted'], value: [['okx:SOL_USDT', 'binance:SOL_USDT']] },
        ],
      })
      const { standing, words } = await ask('coins.evidence', { buy: 'binance:GMT_USDT', sell: 'mexc:GMT_USDT' })
      expect([standing, words]).toEqual(['same', 'confirmed by you'])
      await vi.waitFor(async () => expect(await verdict(gmt)).toMatch(/^(counts|uncertain)$/), waiting)
      await vi.waitFor(async () => expect(await verdict(sol)).toMatch(/^(muted|absent)$/), waiting)
      expect(readFileSync(settingsFile, 'utf8')).toContain('sameCoin:')

      const refused = await hub.call(client, 'coins.evidence', { buy: 'binance:GMT_USDT', sell: 'mexc:SOL_USDT' })
      expect(refused).toMatchObject({ ok: false, code: 'badRequest' })

      // The demo's accounts hold both.
      await vi.waitFor(async () => {
        const { buy, sell } = await ask('spreads.inventory', { index: sol })
        expect([buy.asset, sell.asset]).toEqual(['USDT', 'SOL'])
        expect(Number(buy.free)).toBeGreaterThan(0)
        expect(Number(sell.free)).toBeGreaterThan(0)
      }, waiting)
      expect(await hub.call(client, 'spreads.inventory', { index: 9_999 })).toMatchObject({ code: 'badRequest' })
    },
    patienceMs,
  )
})

import { describe, expect, it, onTestFinished } from 'vitest'
import { startSimulatorWorker } from '../../../src/main/simulator/index.ts'
import { simulator } from '../../support/simulator.ts'
import { openSocket } from '../../support/socket.ts'

async function worker(...args: Parameters<typeof startSimulatorWorker>) {
  const started = await startSimulatorWorker(...args)
  onTestFinished(() => started.close())
  return started
}

const binanceTime = (origins: Readonly<Record<string, string>>) =>
  fetch(`${origins['https://api.binance.com']}/api/v3/time`)

describe('the simulator in a thread of its own', () => {
  it('stands in for the same origins with the same keys as one in this thread', async () => {
    const options = { seed: 11, symbols: ['BTC_USDT'] }
    const [here, there] = [await simulator(options), await worker(options)]
    expect(Object.keys(there.origins)).toEqual(Object.keys(here.origins))
    expect(there.keys).toEqual(here.keys)
    expect(Object.keys(there.originsOf('mexc'))).toEqual(Object.keys(here.originsOf('mexc')))
    expect((await binanceTime(there.origins)).status).toBe(200)
  })

  it('obeys faults, drops and statistics from the other thread', async () => {
    const there = await worker({ venues: ['binance'], symbols: ['BTC_USDT'] })
    const stop = await there.inject({ kind: 'status', status: 503, exchange: 'binance' })
    expect((await binanceTime(there.origins)).status).toBe(503)
    await stop.stop()
    expect((await binanceTime(there.origins)).status).toBe(200)
    const client = await openSocket(`${there.origins['wss://stream.binance.com:9443']}/ws`)
    expect(await there.dropSockets('binance')).toBe(1)
    expect(await client.closed).toBe(1006)
    expect(await there.statistics()).toMatchObject({ requests: 2, sockets: 0, venueErrors: 0 })
    await expect(there.inject({ kind: 'latency', ms: 0 })).rejects.toThrow(/^fault\.ms/)
  })

  it('tells a bad option or faults file as the simulator itself does', async () => {
    const failure = {
      name: 'SimulatorError',
      message: expect.stringMatching(/^simulator options\.rate: .*\(got -1\)$/),
    }
    await expect(startSimulatorWorker({ rate: -1 })).rejects.toMatchObject(failure)
    await expect(startSimulatorWorker({ faults: '/nowhere.yaml' })).rejects.toThrow(
      /^faults file \/nowhere\.yaml cannot be read/,
    )
  })

  it('is gone after close, and says so', async () => {
    const there = await worker({ venues: ['mexc'], symbols: ['BTC_USDT'] })
    await there.close()
    await there.close()
    await expect(fetch(there.origins['https://api.mexc.com'] ?? '')).rejects.toThrow('fetch failed')
    await expect(there.statistics()).rejects.toThrow('the simulator’s thread ended')
  })
})

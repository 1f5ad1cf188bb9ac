import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { GatewayBesideWindow } from '../../../src/main/gateway/beside-window.ts'
import { createLogger } from '../../../src/main/log.ts'
import { startHub } from '../../support/hub.ts'

const live = async (url: string | null): Promise<number | null> => {
  try {
    return (await fetch(`${url}/health/live`)).status
  } catch {
    return null
  }
}

describe('the local API beside the window', () => {
  it('opens, closes and moves as the settings say, and says why it cannot', async () => {
    const { hub, ask, folder } = await startHub({
      settings: { mode: 'demo', exchanges: { okx: {} }, symbols: ['BTC_USDT'], periods: ['1m'], gateway: { port: 0 } },
    })
    const api = new GatewayBesideWindow({ hub, dataDir: folder, rendererDir: null, logger: createLogger('silent') })
    await api.start()
    onTestFinished(() => api.stop())
    expect(await ask('api.status', {})).toMatchObject({ url: null, problem: null })

    const set = (key: string, value: string | number | boolean) =>
      ask('settings.update', { changes: [{ path: ['gateway', key], value }] })
    const status = () => ask('api.status', {})
    await set('onDesktop', true)
    await expect.poll(async () => (await status()).url, { timeout: 10_000 }).not.toBeNull()
    const { url } = await status()
    expect(await live(url)).toBe(200)

    const taken = createServer().listen(0, '127.0.0.1')
    onTestFinished(() => void taken.close())
    await new Promise((resolve) => taken.once('listening', resolve))
    const address = taken.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await set('port', port)
    await expect.poll(async () => (await status()).problem, { timeout: 10_000 }).not.toBeNull()
    expect((await status()).problem).toContain(`gateway.port = ${port}: another program uses this port`)
    expect(await live(url)).toBeNull()

    await set('port', 0)
    await expect.poll(async () => (await status()).url, { timeout: 10_000 }).not.toBeNull()
    await set('onDesktop', false)
    await expect.poll(async () => (await status()).url, { timeout: 10_000 }).toBeNull()
    expect(await status()).toMatchObject({ problem: null })
  })
})

/** Keeps the local API open or closed as the settings say, for a door that does not depend on it: the desktop. */
import type { PushName, PushPayload } from '../../shared/contract.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Client } from '../broadcaster.ts'
import { SettingsError } from '../config.ts'
import { openGateway } from './index.ts'
import type { Gateway, GatewayOptions } from './options.ts'

export interface KeptGateway {
  /** Resolves when the settings of this moment are in force. */
  readonly settled: Promise<void>
  close(): Promise<void>
}

type Wish = Pick<Settings['gateway'], 'onDesktop' | 'host' | 'port'>

/** Opens it when `gateway.onDesktop` is set; one that cannot be opened is told by the API's status, and stops nothing. */
export function keepGateway(options: GatewayOptions): KeptGateway {
  const { hub, logger } = options
  let open: Gateway | null = null
  let inForce: Wish = { onDesktop: false, host: '', port: 0 }
  let closing = false
  let turn: Promise<void> = Promise.resolve()

  const tell = (problem: string | null) =>
    hub.useApi(() => ({ url: null, problem, warning: null, clients: 0, requests: 0, refused: 0 }))

  async function apply(): Promise<void> {
    const { onDesktop, host, port } = hub.settings.gateway
    const wish: Wish = { onDesktop: onDesktop && !closing, host, port }
    const isSame = (['onDesktop', 'host', 'port'] as const).every((key) => wish[key] === inForce[key])
    if (isSame || (!wish.onDesktop && !inForce.onDesktop)) return
    inForce = wish
    await open?.close()
    open = null
    if (!wish.onDesktop) return tell(null)
    try {
      open = await openGateway(options)
      logger.info({ url: open.url }, 'the local API is open')
    } catch (error) {
      const expected = error instanceof SettingsError
      tell(expected ? error.message : 'it could not be opened; the log says more')
      logger.error({ err: error }, 'the local API could not be opened')
    }
  }
  const settle = (): Promise<void> => {
    turn = turn.then(apply)
    return turn
  }

  const client: Client = {
    send: <N extends PushName>(name: N, _payload: PushPayload<N>) => {
      if (name === 'settings.changed') void settle()
    },
    keepsUp: () => false,
  }
  hub.connect(client)
  void settle()
  return {
    get settled() {
      return turn
    },
    close() {
      closing = true
      hub.disconnect(client)
      return settle()
    },
  }
}

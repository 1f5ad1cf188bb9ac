/** The local API beside the desktop window: open while the settings say so, and opened anew where they change. */
import type { Settings } from '../../shared/settings.ts'
import { SettingsError } from '../config.ts'
import type { Hub } from '../hub.ts'
import type { Gateway, GatewayHub, GatewayOptions } from './options.ts'

export interface BesideWindowOptions extends Omit<GatewayOptions, 'hub'> {
  readonly hub: GatewayHub & Pick<Hub, 'onSettings'>
}

export class GatewayBesideWindow {
  private readonly options: BesideWindowOptions
  private gateway: Gateway | null = null
  /** Of the settings it was opened, or tried to be opened, with; null: it is meant to be closed. */
  private opened: string | null = null
  private forget: (() => void) | null = null
  private turn: Promise<void> = Promise.resolve()

  constructor(options: BesideWindowOptions) {
    this.options = options
  }

  /** Resolves when it is open, where it is to be; what keeps it from opening is its status, and no error. */
  start(): Promise<void> {
    const { hub } = this.options
    this.forget = hub.onSettings((settings) => void this.follow(settings.gateway))
    return this.follow(hub.settings.gateway)
  }

  stop(): Promise<void> {
    this.forget?.()
    this.forget = null
    return this.inTurn(() => this.close())
  }

  private follow(settings: Settings['gateway']): Promise<void> {
    return this.inTurn(async () => {
      const wanted = settings.onDesktop ? JSON.stringify([settings.host, settings.port]) : null
      if (wanted === this.opened) return
      await this.close()
      this.opened = wanted
      if (wanted !== null) await this.open()
    })
  }

  private async open(): Promise<void> {
    const { hub, logger } = this.options
    // Only now: a window that serves nobody need not load a web server.
    const { openGateway } = await import('./index.ts')
    try {
      this.gateway = await openGateway(this.options)
      logger.info({ url: this.gateway.url }, 'the local API is open')
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      logger.error(error.message)
      hub.useApi(() => ({ url: null, problem: error.message, warning: null, clients: 0, requests: 0, refused: 0 }))
    }
  }

  private async close(): Promise<void> {
    const { gateway } = this
    this.gateway = null
    this.opened = null
    await gateway?.close()
    this.options.hub.useApi(() => ({ url: null, problem: null, warning: null, clients: 0, requests: 0, refused: 0 }))
  }

  private inTurn(work: () => Promise<void>): Promise<void> {
    const { logger } = this.options
    this.turn = this.turn
      .then(work)
      .catch((error: unknown) => logger.error({ err: error }, 'the local API could not be opened or closed'))
    return this.turn
  }
}

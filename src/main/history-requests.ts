/** Requests for history under way, by the client that asked: its answers go to it alone, and end when it leaves. */
import type { HistoryRequest } from '../shared/data.ts'
import type { Client } from './broadcaster.ts'
import type { HistoryService } from './data-contract.ts'
import { CallError } from './handlers.ts'
import type { Logger } from './log.ts'

/** A screen needs one or two; more would only stand in each other's way. */
const perClient = 4
/** A client that does not read is not sent more candles until it does. */
const waitForReaderMs = 50

export class HistoryRequests {
  private readonly requests = new Map<string, { readonly client: Client; readonly controller: AbortController }>()
  private readonly service: () => HistoryService
  private readonly logger: Logger
  private lastId = 0

  constructor(service: () => HistoryService, logger: Logger) {
    this.service = service
    this.logger = logger
  }

  /** Throws a CallError where the client has too many under way. */
  start(request: HistoryRequest, client: Client): string {
    if (this.of(client).length >= perClient) {
      throw new CallError('badRequest', `${perClient} requests for history are under way: cancel one, or wait for it`)
    }
    const id = `history-${++this.lastId}`
    const controller = new AbortController()
    this.requests.set(id, { client, controller })
    // After the reply, so that the client knows the id before its first chunk comes.
    setImmediate(() => {
      this.send(id, request, client, controller.signal)
        .catch((error: unknown) => this.logger.error({ err: error, id }, 'a request for history failed'))
        .finally(() => this.requests.delete(id))
    })
    return id
  }

  /** Nothing where it is over, or another client's. */
  cancel(id: string, client: Client): void {
    const request = this.requests.get(id)
    if (request?.client === client) request.controller.abort()
  }

  /** The client is gone. */
  forget(client: Client): void {
    for (const { controller } of this.of(client)) controller.abort()
  }

  private of(client: Client) {
    return [...this.requests.values()].filter((request) => request.client === client)
  }

  private async send(id: string, request: HistoryRequest, client: Client, signal: AbortSignal): Promise<void> {
    let sequence = 0
    for await (const part of this.service().stream(request, signal)) {
      while (!client.keepsUp() && !signal.aborted) {
        await new Promise((resolve) => setTimeout(resolve, waitForReaderMs))
      }
      if (part.kind === 'complete') client.send('history.complete', { id, ...part.result })
      else {
        const { klines, done, total } = part
        client.send('history.chunk', { id, sequence: sequence++, klines, done, total })
      }
    }
  }
}

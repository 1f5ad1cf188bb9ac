import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { TokenScope } from '../../shared/bots.ts'
import type { Metrics, Readiness } from '../metrics/index.ts'

export interface MetricsRoutesOptions {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  readiness(): Readiness
  /** Whether a request carries a token of that scope. */
  isAllowed(request: FastifyRequest, scope: TokenScope): boolean
  /** Metrics are for everybody who reaches the port. */
  openMetrics(): boolean
}

/**
 * `/metrics` for Prometheus, without what tells of accounts for a token of market data alone; `/health/live` answers while the process does; `/health/ready` is 200 while it does its work and 503, with
 * the reasons, while it does not. Health is for supervisors that hold no token, and so names no more than states.
 */
export function addMetricsRoutes(server: FastifyInstance, options: MetricsRoutesOptions): void {
  const { metrics, readiness, isAllowed, openMetrics } = options
  server.get('/metrics', async (request, reply) => {
    const isOpen = openMetrics()
    if (!isOpen && !isAllowed(request, 'market')) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'metrics need a token: send "authorization: Bearer <token>", or set gateway.openMetrics' })
    }
    return reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.text(isOpen || isAllowed(request, 'account') ? 'all' : 'market'))
  })
  server.get('/health/live', async (_request, reply) => {
    return reply.header('cache-control', 'no-store').send({ status: 'live' })
  })
  server.get('/health/ready', async (_request, reply) => {
    const { ready, problems } = readiness()
    const status = !ready ? 'not_ready' : problems.length > 0 ? 'degraded' : 'ready'
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status, problems })
  })
}

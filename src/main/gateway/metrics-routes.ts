import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Metrics, Readiness } from '../metrics/index.ts'

export interface MetricsRoutesOptions {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>
  readiness(): Readiness
  /** Whether a request for metrics carries a token that may read them. */
  isAllowed(request: FastifyRequest): boolean
  /** Metrics are for everybody who reaches the port. */
  openMetrics(): boolean
}

/**
 * `/metrics` for Prometheus; `/health/live` answers while the process does; `/health/ready` is 200 while it does its work and 503, with
 * the reasons, while it does not. Health is for supervisors that hold no token, and so names no more than states.
 */
export function addMetricsRoutes(server: FastifyInstance, options: MetricsRoutesOptions): void {
  const { metrics, readiness, isAllowed, openMetrics } = options
  server.get('/metrics', async (request, reply) => {
    if (!openMetrics() && !isAllowed(request)) {
      return reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send({ error: 'metrics need a token: send "authorization: Bearer <token>", or set gateway.openMetrics' })
    }
    return reply
      .type(metrics.contentType)
      .header('cache-control', 'no-store')
      .send(await metrics.text())
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

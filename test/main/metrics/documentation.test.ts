import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createMetrics, families } from '../../../src/main/metrics/index.ts'
import { source } from './support.ts'

const introduction = `# Metrics

What \`/metrics\` shows to Prometheus (text format), beside \`/health/live\` and \`/health/ready\`. The dashboard is
\`resources/grafana/crossbook.json\`, the alert rules are \`resources/prometheus/alerts.yml\`, and what to do about each stands in
[runbook.md](runbook.md).

\`\`\`sh
curl -H "authorization: Bearer $CROSSBOOK_TOKEN" http://127.0.0.1:7373/metrics
\`\`\`

\`/metrics\` needs a token of the local API (scope \`market\`), unless \`gateway.openMetrics\` is set, which shows everything to everybody who reaches
the port. What tells of your accounts (\`crossbook_account_…\`, \`crossbook_alerts_total\`) takes the scope \`account\` as well; dashboard and alerts use it.
Health needs no token, and says no more than states.

Units are seconds and bytes. Counters (\`_total\`) count since the start of what they count (a session, a database): use \`rate\` or \`increase\`,
which know about restarts. Histograms have \`_bucket\`, \`_sum\` and \`_count\`. A value that is not known is absent, never 0. Labels: \`exchange\` (its id),
\`feed\` (\`spot\`), \`connection\` (\`spot#1\`, one WebSocket), \`pool\` (of REST weight), \`account\` (its id, no secret); no symbol is a label, so the number of series depends
on exchanges and sockets only: about 130 an exchange.

This table is made from the program: \`npx vitest run test/main/metrics/documentation.test.ts -u\` writes it anew.
`

it('is documented as it is', async () => {
  const metrics = createMetrics(source())
  const text = await metrics.text()
  metrics.close()
  const described = new Map([...text.matchAll(/^# HELP (\S+) (.*)$/gm)].map(([, name = '', help = '']) => [name, help]))
  const types = new Map([...text.matchAll(/^# TYPE (\S+) (.*)$/gm)].map(([, name = '', type = '']) => [name, type]))
  expect(described.size).toBe(Object.values(families).flat().length)
  const tables = Object.entries(families).map(([subject, members]) => {
    const rows = members.map(({ name, labels }) => {
      const named = labels.map((label) => `\`${label}\``).join(', ')
      return `| \`${name}\` | ${types.get(name)} | ${named} | ${described.get(name)?.replaceAll('|', '\\|')} |`
    })
    return `\n## ${subject}\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  await expect(introduction + tables.join('')).toMatchFileSnapshot(
    join(import.meta.dirname, '../../../docs/metrics.md'),
  )
})

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { createMetrics } from '../../src/main/metrics/index.ts'
import { fullScrape, type Sample, source } from '../main/metrics/support.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { toolPath } from '../support/tools.ts'
import { metricsIn } from './promql.ts'

const root = join(import.meta.dirname, '../..')
const promtool = toolPath('promtool')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly datasource?: { readonly uid: string }
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}
const dashboard = JSON.parse(read('resources/grafana/crossbook.json')) as {
  readonly uid: string
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string }[] }
}
const shown = dashboard.panels.filter(({ type }) => type !== 'row')
/** As Grafana fills it in. */
const filledIn = (expr: string) => expr.replaceAll('$exchange', '.+').replaceAll('$__rate_interval', '1m')
const queries = shown.flatMap(({ title, targets = [] }) =>
  targets.map(({ expr, legendFormat }): [string, string, string] => [title, filledIn(expr), legendFormat]),
)
const rules = (
  parse(read('resources/prometheus/alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] }
).groups.flatMap((group) => group.rules.map(({ alert, expr }): [string, string] => [alert, expr]))

let samples: readonly Sample[] = []
beforeAll(async () => {
  const metrics = createMetrics(source())
  samples = await fullScrape(metrics)
  metrics.close()
})

/** What an expression names that no scrape has: a metric, a label of it, a value that is asked for in full. */
function unknownIn(expr: string): string[] {
  return metricsIn(expr).flatMap(({ name, labels, matchers }) => {
    // Prometheus' own.
    if (name === 'up') return []
    const series = samples.filter((sample) => sample.name === name)
    if (series.length === 0) return [name]
    const known = new Set(['instance', 'job', ...series.flatMap((sample) => Object.keys(sample.labels))])
    const strange = labels.filter((label) => !known.has(label)).map((label) => `${name} has no label ${label}`)
    const empty = matchers
      .filter(({ operator }) => operator === '=' || operator === '=~')
      .flatMap(({ label, value }) =>
        value.split('|').filter((choice) => {
          const pattern = new RegExp(`^(?:${choice})$`)
          return !series.some((sample) => pattern.test(sample.labels[label] ?? ''))
        }),
      )
    return [...strange, ...empty.map((value) => `${name} never has ${value}`)]
  })
}

describe('names in PromQL', () => {
  it('are found with their labels', () => {
    expect(metricsIn('sum by (a, le) (rate(x_total{b="1|2",c!~"d"}[5m])) / on (f) y > 0 and on (g) z')).toEqual([
      {
        name: 'x_total',
        labels: ['b', 'c', 'a', 'le', 'f', 'g'],
        matchers: [
          { label: 'b', operator: '=', value: '1|2' },
          { label: 'c', operator: '!~', value: 'd' },
        ],
      },
      { name: 'y', labels: ['a', 'le', 'f', 'g'], matchers: [] },
      { name: 'z', labels: ['a', 'le', 'f', 'g'], matchers: [] },
    ])
  })

  it('that no scrape has are noticed', () => {
    expect(unknownIn('rate(crossbook_nothing_total[5m])')).toEqual(['crossbook_nothing_total'])
    expect(unknownIn('crossbook_exchange_state{feed="spot"}')).toContain('crossbook_exchange_state has no label feed')
    expect(unknownIn('crossbook_exchange_state{state="happy"}')).toEqual(['crossbook_exchange_state never has happy'])
  })
})

describe('alert rules', () => {
  it.each(rules)('name what a scrape has (%s)', (_alert, expr) => {
    expect(metricsIn(expr).length).toBeGreaterThan(0)
    expect(unknownIn(expr)).toEqual([])
  })
})

describe('the dashboard', () => {
  it('names what a scrape has', () => {
    expect(queries.length).toBeGreaterThan(40)
    expect(queries.map(([title, expr]) => [title, unknownIn(expr)]).filter(([, unknown]) => unknown?.length)).toEqual(
      [],
    )
    const names = queries.flatMap(([, expr]) => metricsIn(expr).map(({ name }) => name))
    expect(names.filter((name) => !name.startsWith('crossbook_'))).toEqual([])
    const [variable] = dashboard.templating.list
    expect(variable).toMatchObject({ name: 'exchange', query: 'label_values(crossbook_exchange_state, exchange)' })
  })

  it('labels its lines with labels that the answer has', () => {
    const strange = queries.flatMap(([title, expr, legend]) =>
      [...legend.matchAll(/\{\{(\w+)\}\}/g)]
        .map(([, label = '']) => label)
        .filter((label) => {
          const by = [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, list = '']) => list.split(/,\s*/))
          if (by.length > 0) return !by.some((list) => list.includes(label))
          const [first] = metricsIn(expr)
          const has = samples.some((sample) => sample.name === first?.name && label in sample.labels)
          return !has && !/group_left \((\w+)\)/.test(expr)
        })
        .map((label) => `${title}: ${label}`),
    )
    expect(strange).toEqual([])
  })

  it.skipIf(!promtool)('asks what Prometheus can parse', () => {
    const recorded = queries.map(([, expr], i) => ({ record: `query:${i}`, expr }))
    const file = join(temporaryFolder(), 'queries.yml')
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules: recorded }] }))
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'rules', '--lint=none', file], {
      encoding: 'utf8',
    })
    expect({ status, said: stderr }).toEqual({ status: 0, said: '' })
    expect(stdout).toContain(`${queries.length} rules found`)
  })

  it('is laid out without overlaps, each panel explained and fed by the provisioned source', () => {
    const provisioned = parse(read('resources/grafana/provisioning/datasources/prometheus.yml')) as {
      datasources: { uid: string }[]
    }
    const taken = new Map<string, string>()
    for (const { title, gridPos, description, datasource } of shown) {
      const { h, w, x, y } = gridPos
      expect(x + w, title).toBeLessThanOrEqual(24)
      for (let column = x; column < x + w; column++) {
        for (let line = y; line < y + h; line++) {
          expect(taken.get(`${column} ${line}`), title).toBeUndefined()
          taken.set(`${column} ${line}`, title)
        }
      }
      expect(description, title).toMatch(/\w/)
      expect(datasource?.uid).toBe(provisioned.datasources[0]?.uid)
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length)
  })
})

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { AccountState, Alert, ConnectionState } from '../../src/shared/domain/index.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { toolPath } from '../support/tools.ts'
import { alertCases, type Series } from './alert-cases.ts'

const root = join(import.meta.dirname, '../..')
const rulesFile = join(root, 'resources/prometheus/alerts.yml')
const promtool = toolPath('promtool')

/** News, and nothing to put right. */
const plain: readonly string[] = ['opportunity', 'fill']

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string }
}
const { groups } = parse(readFileSync(rulesFile, 'utf8')) as { groups: { rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)

const run = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(promtool ?? '', args, { encoding: 'utf8' })
  return { status, said: stdout + stderr }
}
const inputs = (series: Series) => Object.entries(series).map(([name, values]) => ({ series: name, values }))

describe('alert rules', () => {
  it('have each its case, a severity, and a section of the runbook', () => {
    expect(alertCases.map(({ alert }) => alert)).toEqual(rules.map(({ alert }) => alert))
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8')
    const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\w\s-]/g, '')
        .replaceAll(' ', '-'),
    )
    for (const { alert, labels, annotations } of rules) {
      expect(['warning', 'critical'], alert).toContain(labels.severity)
      const [, anchor] = /^docs\/runbook\.md#([\w-]+)$/.exec(annotations.runbook_url) ?? []
      expect(anchors, alert).toContain(anchor)
    }
  })

  it('have company in the runbook: every state and every alert that the program shows', () => {
    const runbook = readFileSync(join(root, 'docs/runbook.md'), 'utf8').toLowerCase()
    const shown = [
      ...ConnectionState.options,
      ...AccountState.options,
      ...Alert.shape.rule.options.filter((rule) => !plain.includes(rule)),
      ...['disk full', 'locked', 'damaged', 'keychain', 'rejected key', 'sleep', 'outage', 'locked out', 'dry run'],
    ]
    const isTold = (word: string) => runbook.includes(word) || runbook.includes(word.replaceAll('_', ' '))
    expect(shown.filter((word) => !isTold(word))).toEqual([])
  })

  it.skipIf(!promtool)('and the configuration are what Prometheus takes', () => {
    expect(run('check', 'rules', '--lint=all', '--lint-fatal', rulesFile)).toMatchObject({ status: 0 })
    expect(run('check', 'config', join(root, 'resources/prometheus/prometheus.yml'))).toMatchObject({ status: 0 })
  })

  it.skipIf(!promtool)('fire when they should, say what is wrong, and keep quiet otherwise', () => {
    const tests = alertCases.flatMap(({ alert, fires, quiet }) => {
      const rule = rules.find((one) => one.alert === alert)
      const { series, at, labels, summary, description } = fires
      const expected = {
        exp_labels: { ...labels, severity: rule?.labels.severity },
        exp_annotations: { summary, description, runbook_url: rule?.annotations.runbook_url },
      }
      const test = (name: string, given: Series, eval_time: string, exp_alerts: unknown[]) => ({
        name: `${alert}: ${name}`,
        interval: '1m',
        input_series: inputs(given),
        alert_rule_test: [{ alertname: alert, eval_time, exp_alerts }],
      })
      return [test('fires', series, at, [expected]), ...quiet.map((one) => test(one.why, one.series, one.at, []))]
    })
    const file = join(temporaryFolder(), 'alerts.test.yml')
    writeFileSync(file, stringify({ rule_files: [rulesFile], evaluation_interval: '1m', tests }))
    expect(run('test', 'rules', file)).toMatchObject({ status: 0, said: expect.stringContaining('SUCCESS') })
  })
})

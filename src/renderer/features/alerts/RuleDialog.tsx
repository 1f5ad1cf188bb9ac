import { useId, useState } from 'react'
import { useStore } from 'zustand'
import { type AlertRule, type AlertRuleKind, alertRuleKinds, alertSounds } from '../../../shared/alert-rules.ts'
import { Alert } from '../../../shared/domain/index.ts'
import { alertKinds, ruleMeanings, severityWords, soundWords } from '../../format/alert-words.ts'
import { textsOf } from '../../i18n.ts'
import { Button, Select, TextField } from '../../ui/controls.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { BacktestBox } from './BacktestBox.tsx'
import { ConditionFields, Line, NumberLine } from './RuleFields.tsx'
import { emptyRule, formOf, parseRule, type RuleForm, ruleIdOf } from './rule-form.ts'
import { playSound } from './sounds.ts'

const t = textsOf('alerts')

interface RuleDialogProps {
  /** null: a new one. */
  readonly id: string | null
  /** What it begins with; null: nothing. */
  readonly rule: AlertRule | null
  onClose(): void
}

const kindOptions = alertRuleKinds.map((value) => ({ value, text: alertKinds[value] }))
const severityOptions = Alert.shape.severity.options.map((value) => ({ value, text: severityWords[value].text }))
const soundOptions = alertSounds.map((value) => ({ value, text: soundWords[value] }))

const ways = [
  { field: 'notification', title: t('editor.notification'), hint: t('editor.notificationHint') },
  { field: 'redis', title: t('editor.redis'), hint: t('editor.redisHint') },
  { field: 'webhook', title: t('editor.webhook'), hint: t('editor.webhookHint') },
] as const

/** Writes one rule, and shows what it would have done before it is saved. */
export function RuleDialog({ id, rule, onClose }: RuleDialogProps) {
  const { settings, shell } = useStores()
  const rules = useStore(settings, (state) => state.settings?.alerts.rules) ?? {}
  const hasWebhook = useStore(settings, (state) => (state.settings?.alerts.webhook.url ?? null) !== null)
  const [form, setForm] = useState<RuleForm>(rule === null ? emptyRule : formOf(rule))
  const [isTried, setTried] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const [isBusy, setBusy] = useState(false)
  const nameId = useId()
  const kindId = useId()
  const change = (changed: Partial<RuleForm>) => {
    setForm({ ...form, ...changed })
    setRefused(null)
  }
  const choose = (kind: AlertRuleKind) =>
    change({ kind, ...(kind === 'order_fill' ? { holdSeconds: '0', coolDownSeconds: '0' } : {}) })
  const { rule: parsed, problems: all } = parseRule(form)
  // A name is missed when it is to be saved; what it would have done needs none.
  const problems =
    isTried || all === null ? all : Object.fromEntries(Object.entries(all).filter(([field]) => field !== 'name'))
  const tried = parseRule({ ...form, name: form.name.trim() === '' ? 'rule' : form.name }).rule

  const save = async () => {
    setTried(true)
    if (parsed === null) return
    setBusy(true)
    const key = id ?? ruleIdOf(parsed.name, Object.keys(rules))
    const value = { ...parsed, enabled: rule === null || id === null ? true : rule.enabled }
    const problem = await settings.getState().update([{ path: ['alerts', 'rules', key], value }])
    setBusy(false)
    if (problem !== null) return setRefused(problem)
    shell.getState().tell(t('editor.saved', { name: parsed.name }))
    onClose()
  }

  return (
    <Dialog
      label={id === null ? t('editor.new') : t('editor.edit')}
      isKeptOnBackdrop
      onClose={onClose}
      className="mt-[6vh]! w-[60rem] max-w-[96vw]"
      testId="rule-dialog"
    >
      <form
        className="flex max-h-[86vh] flex-col"
        onSubmit={(event) => {
          event.preventDefault()
          if (!isBusy) void save()
        }}
      >
        <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1.15fr)_minmax(0,1fr)]">
          <div className="flex flex-col gap-2 overflow-y-auto p-5">
            <h2 className="text-base font-semibold text-strong">{id === null ? t('editor.new') : t('editor.edit')}</h2>
            <Line title={t('editor.name')} htmlFor={nameId} problem={problems?.name}>
              <TextField
                id={nameId}
                data-autofocus
                data-testid="rule-name"
                className="w-full"
                maxLength={60}
                placeholder={t('editor.namePlaceholder')}
                value={form.name}
                aria-invalid={problems?.name !== undefined}
                onChange={({ target }) => change({ name: target.value })}
              />
            </Line>
            <Line title={t('editor.kind')} htmlFor={kindId}>
              <Select<AlertRuleKind>
                id={kindId}
                label={t('editor.kind')}
                data-testid="rule-kind"
                value={form.kind}
                options={kindOptions}
                onChange={choose}
              />
              <p className="basis-full text-2xs text-muted">{ruleMeanings[form.kind]}</p>
            </Line>
            <ConditionFields form={form} problems={problems} change={change} />
            <hr className="border-line" />
            <NumberLine
              {...{ form, problems, change }}
              field="holdSeconds"
              title={t('editor.hold')}
              unit={form.kind === 'order_fill' ? t('editor.holdNever') : t('editor.holdUnit')}
              disabled={form.kind === 'order_fill'}
            />
            <NumberLine
              {...{ form, problems, change }}
              field="coolDownSeconds"
              title={t('editor.coolDown')}
              unit={t('editor.coolDownUnit')}
            />
            <hr className="border-line" />
            <Line title={t('editor.severity')}>
              <Select
                label={t('editor.severity')}
                data-testid="rule-severity"
                value={form.severity}
                options={severityOptions}
                onChange={(severity) => change({ severity })}
              />
            </Line>
            <Line title={t('editor.sound')}>
              <Select
                label={t('editor.sound')}
                data-testid="rule-sound"
                value={form.sound}
                options={soundOptions}
                onChange={(sound) => change({ sound })}
              />
              <Button
                kind="quiet"
                disabled={form.sound === 'none'}
                onClick={() => void playSound(form.sound).catch(() => setRefused(t('editor.silent')))}
              >
                {t('editor.play')}
              </Button>
            </Line>
            <Line title={t('editor.ways')}>
              {ways.map(({ field, title, hint }) => (
                <label key={field} className="flex items-center gap-1.5" title={hint}>
                  <input
                    type="checkbox"
                    className="size-4 accent-accent"
                    data-testid={`rule-${field}`}
                    checked={form[field]}
                    onChange={({ target }) => change({ [field]: target.checked })}
                  />
                  {title}
                </label>
              ))}
              {form.webhook && !hasWebhook && <p className="basis-full text-2xs text-warn">{t('editor.noAddress')}</p>}
            </Line>
          </div>
          <div className="flex min-h-0 flex-col border-l border-line bg-base p-5">
            <BacktestBox rule={tried} />
          </div>
        </div>
        <div className="flex items-center justify-end gap-2 border-t border-line px-5 py-3">
          {refused !== null && (
            <p role="alert" className="mr-auto text-down select-text">
              {refused}
            </p>
          )}
          <Button onClick={onClose}>{t('editor.cancel')}</Button>
          <Button type="submit" kind="primary" disabled={isBusy} data-testid="rule-save">
            {isBusy ? t('editor.saving') : t('editor.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

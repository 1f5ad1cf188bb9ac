import { useStore } from 'zustand'
import type { RedisStatus } from '../../../shared/bots.ts'
import type { Settings } from '../../../shared/settings.ts'
import { redisStates } from '../../format/bot-words.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatDuration } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { classes } from '../../ui/classes.ts'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { NumberSetting, ToggleSetting } from '../settings/fields.tsx'
import { PasswordSetting } from '../settings/PasswordSetting.tsx'
import { WideTextSetting } from '../settings/WideTextSetting.tsx'

const t = textsOf('bots')

/** How the bridge to the trader's Redis server does, and how it is set. */
export function RedisPanel({ redis }: { readonly redis: Settings['redis'] }) {
  const { api, bots, link } = useStores()
  const { redis: status, redisProblem, load } = useStore(bots)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const retry = () => void load()
  const send = async (password: string | null): Promise<string | null> => {
    const reply = await api.call('redis.setPassword', { password })
    if (!reply.ok) return reply.message
    await load()
    return null
  }
  const words = status && redisStates[status.state]
  return (
    <Panel
      title={t('redis.title')}
      testId="redis"
      end={
        words && (
          <p data-testid="redis-state">
            <StateMark tone={isLinked ? words.tone : 'idle'} />{' '}
            <span className="text-strong">{isLinked ? words.text : t('lastHeard', { state: words.text })}</span>
            {status.state !== 'off' && <Since since={status.since} />}
          </p>
        )
      }
    >
      {status === null ? (
        <div className="h-36">
          <Unread what={t('redis.bridge')} problem={redisProblem} retry={retry} />
        </div>
      ) : (
        <>
          <StaleLine problem={redisProblem} retry={retry}>
            {t('stale')}
          </StaleLine>
          <Live status={status} />
        </>
      )}
      <div className="px-3">
        <ToggleSetting
          path={['redis', 'enabled']}
          title={t('redis.publish.title')}
          hint={t('redis.publish.hint')}
          value={redis.enabled}
        />
        <WideTextSetting
          path={['redis', 'url']}
          title={t('redis.url.title')}
          hint={t('redis.url.hint')}
          value={redis.url}
        />
        <PasswordSetting
          hasPassword={status?.hasPassword ?? null}
          testId="redis-password"
          removal={t('redis.passwordRemoval')}
          send={send}
        />
        <WideTextSetting
          path={['redis', 'certificateAuthorityFile']}
          title={t('redis.authority.title')}
          hint={t('redis.authority.hint')}
          isOptional
          placeholder={t('redis.authority.standard')}
          value={redis.certificateAuthorityFile}
        />
        <WideTextSetting
          path={['redis', 'prefix']}
          title={t('redis.prefix.title')}
          hint={t('redis.prefix.hint', { prefix: redis.prefix })}
          className="w-40"
          value={redis.prefix}
        />
        <NumberSetting
          path={['redis', 'quotesPerSecond']}
          title={t('redis.quotes.title')}
          hint={t('redis.quotes.hint')}
          unit={t('redis.quotes.unit')}
          value={redis.quotesPerSecond}
        />
        <NumberSetting
          path={['redis', 'streamLength']}
          title={t('redis.streams.title')}
          hint={t('redis.streams.hint')}
          unit={t('redis.streams.unit')}
          value={redis.streamLength}
        />
        <NumberSetting
          path={['redis', 'timeToLiveSeconds']}
          title={t('redis.timeToLive.title')}
          hint={t('redis.timeToLive.hint')}
          unit={t('redis.timeToLive.unit')}
          value={redis.timeToLiveSeconds}
        />
      </div>
    </Panel>
  )
}

function Since({ since }: { readonly since: number }) {
  const now = useNow(1_000)
  return <span className="text-muted"> {t('redis.since', { duration: formatDuration(now - since) })}</span>
}

function Live({ status }: { readonly status: RedisStatus }) {
  const { reason, nextAttemptAt, waitingHappenings, lostHappenings } = status
  if (status.state === 'off' && reason === null) return null
  return (
    <>
      {reason !== null && (
        <p role="alert" className="border-b border-line px-3 py-1.5 select-text" data-testid="redis-reason">
          <span className={status.state === 'waiting' ? 'text-down' : 'text-warn'}>{reason}</span>
          {nextAttemptAt !== null && <NextAttempt at={nextAttemptAt} />}
        </p>
      )}
      <dl className="grid grid-cols-4 gap-x-4 gap-y-2 border-b border-line px-3 py-2.5">
        <Figure title={t('redis.rate')} testId="redis-rate">
          {formatRate(status.messagesPerSecond)}
        </Figure>
        <Figure title={t('redis.published')}>{formatCount(status.published)}</Figure>
        <Figure title={t('redis.replaced.title')} hint={t('redis.replaced.hint')}>
          {formatCount(status.droppedState)}
        </Figure>
        <Figure title={t('redis.dropped.title')} hint={t('redis.dropped.hint')}>
          {formatCount(status.droppedTrades)}
        </Figure>
        <Figure title={t('redis.waiting.title')} hint={t('redis.waiting.hint')}>
          <span className={classes(waitingHappenings > 0 && 'text-warn')}>{formatCount(waitingHappenings)}</span>
        </Figure>
        <Figure title={t('redis.spilled.title')} hint={t('redis.spilled.hint')}>
          {formatCount(status.spilledHappenings)}
        </Figure>
        <Figure title={t('redis.lost.title')} hint={t('redis.lost.hint')}>
          {lostHappenings > 0 ? (
            <span className="text-down">✕ {formatCount(lostHappenings)}</span>
          ) : (
            formatCount(lostHappenings)
          )}
        </Figure>
        <Figure title={t('redis.reconnects')}>{formatCount(status.reconnects)}</Figure>
      </dl>
    </>
  )
}

function NextAttempt({ at }: { readonly at: number }) {
  const now = useNow(500)
  return (
    <span className="text-muted">
      {' '}
      {at > now ? t('redis.nextAttempt', { seconds: Math.ceil((at - now) / 1_000) }) : t('redis.trying')}
    </span>
  )
}

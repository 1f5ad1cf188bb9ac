import { useStore } from 'zustand'
import type { RedisStatus } from '../../../shared/bots.ts'
import type { Settings } from '../../../shared/settings.ts'
import { redisStates } from '../../format/bot-words.ts'
import { formatCount, formatRate } from '../../format/number.ts'
import { formatDuration } from '../../format/time.ts'
import { classes } from '../../ui/classes.ts'
import { StaleLine, Unread } from '../../ui/Loaded.tsx'
import { Figure, Panel } from '../../ui/Panel.tsx'
import { StateMark } from '../../ui/StateMark.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useNow } from '../../ui/useNow.ts'
import { NumberSetting, ToggleSetting } from '../settings/fields.tsx'
import { PasswordSetting } from '../settings/PasswordSetting.tsx'
import { WideTextSetting } from '../settings/WideTextSetting.tsx'

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
      title="Redis"
      testId="redis"
      end={
        words && (
          <p data-testid="redis-state">
            <StateMark tone={isLinked ? words.tone : 'idle'} />{' '}
            <span className="text-strong">{isLinked ? words.text : `Last heard: ${words.text}`}</span>
            {status.state !== 'off' && <Since since={status.since} />}
          </p>
        )
      }
    >
      {status === null ? (
        <div className="h-36">
          <Unread what="the state of the bridge" problem={redisProblem} retry={retry} />
        </div>
      ) : (
        <>
          <StaleLine problem={redisProblem} retry={retry}>
            This is from an earlier reading.
          </StaleLine>
          <Live status={status} />
        </>
      )}
      <div className="px-3">
        <ToggleSetting
          path={['redis', 'enabled']}
          title="Publish to Redis"
          hint="Every event, for whichever bot listens"
          value={redis.enabled}
        />
        <WideTextSetting
          path={['redis', 'url']}
          title="Address"
          hint="rediss: for TLS; a user may stand in it, a password not"
          value={redis.url}
        />
        <PasswordSetting
          hasPassword={status?.hasPassword ?? null}
          testId="redis-password"
          removal="It leaves the keychain, and the bridge connects anew without one."
          send={send}
        />
        <WideTextSetting
          path={['redis', 'certificateAuthorityFile']}
          title="Certificate authority"
          hint="PEM file that signed the server’s certificate"
          isOptional
          placeholder="the system’s own"
          value={redis.certificateAuthorityFile}
        />
        <WideTextSetting
          path={['redis', 'prefix']}
          title="Prefix"
          hint={`Of every channel and key: ${redis.prefix}:book_ticker:…`}
          className="w-40"
          value={redis.prefix}
        />
        <NumberSetting
          path={['redis', 'quotesPerSecond']}
          title="Quotes at most"
          hint="Of one instrument; 0 publishes every one"
          unit="a second"
          value={redis.quotesPerSecond}
        />
        <NumberSetting
          path={['redis', 'streamLength']}
          title="Stream length"
          hint="Orders, fills and alerts kept for a bot that was away"
          unit="entries each"
          value={redis.streamLength}
        />
        <NumberSetting
          path={['redis', 'timeToLiveSeconds']}
          title="Latest values vanish after"
          hint="When they were not refreshed, so that no bot trades on old ones"
          unit="seconds"
          value={redis.timeToLiveSeconds}
        />
      </div>
    </Panel>
  )
}

function Since({ since }: { readonly since: number }) {
  const now = useNow(1_000)
  return <span className="text-muted"> for {formatDuration(now - since)}</span>
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
        <Figure title="Messages/s" testId="redis-rate">
          {formatRate(status.messagesPerSecond)}
        </Figure>
        <Figure title="Published">{formatCount(status.published)}</Figure>
        <Figure title="State replaced" hint="Quotes, books, balances: a newer one went out in its place">
          {formatCount(status.droppedState)}
        </Figure>
        <Figure title="Trades dropped" hint="Public trades that came while the server was away or too slow">
          {formatCount(status.droppedTrades)}
        </Figure>
        <Figure
          title="Happenings waiting"
          hint="Orders, fills, alerts and opportunities that go out, in order, when the server is back"
        >
          <span className={classes(waitingHappenings > 0 && 'text-warn')}>{formatCount(waitingHappenings)}</span>
        </Figure>
        <Figure title="On the disk" hint="Of those that wait: kept there so that none is lost when Crossbook ends">
          {formatCount(status.spilledHappenings)}
        </Figure>
        <Figure title="Happenings lost" hint="Given up since neither memory nor disk had room">
          {lostHappenings > 0 ? (
            <span className="text-down">✕ {formatCount(lostHappenings)}</span>
          ) : (
            formatCount(lostHappenings)
          )}
        </Figure>
        <Figure title="Reconnects">{formatCount(status.reconnects)}</Figure>
      </dl>
    </>
  )
}

function NextAttempt({ at }: { readonly at: number }) {
  const now = useNow(500)
  return (
    <span className="text-muted">
      {' '}
      {at > now ? `Next attempt in ${Math.ceil((at - now) / 1_000)} s.` : 'Trying now.'}
    </span>
  )
}

/** No engine runs here: the files are linted, what they refer to is looked up, and the same commands run without a container. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { validate } from 'dockerfile-utils'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { Config } from '../../src/main/config.ts'
import { crossbook } from '../support/program.ts'
import { temporaryFolder } from '../support/temporary.ts'

const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

interface Instruction {
  readonly name: string
  readonly text: string
}
/** One per instruction, continued lines joined, comments left out. */
const instructions: readonly Instruction[] = read('Dockerfile')
  .replace(/^\s*#.*\n/gm, '')
  .replace(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line.trim() !== '')
  .map((line) => {
    const [, name = '', text = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? []
    return { name, text }
  })
const lastStage = instructions.slice(instructions.map(({ name }) => name).lastIndexOf('FROM'))
const textOf = (name: string) => lastStage.find((one) => one.name === name)?.text ?? ''
const commandOf = (text: string): string[] => z.array(z.string()).parse(JSON.parse(text))

const environment = Object.fromEntries(
  textOf('ENV')
    .split(/\s+/)
    .map((pair): [string, string] => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
)
const start = [...commandOf(textOf('ENTRYPOINT')), ...commandOf(textOf('CMD'))]
const healthCheck = commandOf(textOf('HEALTHCHECK').replace(/^.*? CMD /, ''))

/** The settings that such an environment leads to; throws where a value is none. */
const settingsOf = (env: Readonly<Record<string, string>>) =>
  Config.open({ file: join(temporaryFolder(), 'crossbook.yaml'), template: '', flags: {}, env }).settings

describe('the Dockerfile', () => {
  it('has nothing that a linter minds', () => {
    expect(validate(read('Dockerfile')).map(({ message }) => message)).toEqual([])
  })

  it('copies what is there and what reaches the builder', () => {
    const reaches = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = instructions
      .filter(({ name, text }) => name === 'COPY' && !text.startsWith('--from'))
      .flatMap(({ text }) => text.split(/\s+/).slice(0, -1))
      .map((path) => path.replace(/^\.\//, ''))
    const files = readdirSync(root)
    const matches = (pattern: string) =>
      files.filter((file) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(file))
    expect(copied.filter((path) => matches(path).length === 0)).toEqual([])
    expect(copied.filter((path) => !reaches.includes(path))).toEqual([])
    expect(reaches.filter((path) => matches(path).length === 0)).toEqual([])
  })

  it('runs a pinned Node of the version it is made for, without rights, with a volume and a health check', () => {
    const images = instructions.filter(({ name }) => name === 'FROM').map(({ text }) => text.split(' ')[0])
    const major = /^(\d+)/.exec(
      z.object({ devDependencies: z.object({ node: z.string() }) }).parse(JSON.parse(read('package.json')))
        .devDependencies.node,
    )?.[1]
    expect(new Set(images)).toEqual(new Set([`node:${major}-bookworm-slim`]))
    const order = lastStage.map(({ name }) => name)
    expect(textOf('USER')).toBe('node')
    expect(order.indexOf('USER')).toBeLessThan(order.indexOf('ENTRYPOINT'))
    expect(order.lastIndexOf('RUN')).toBeLessThan(order.indexOf('USER'))
    expect(textOf('VOLUME')).toBe(environment.CROSSBOOK_DATA)
    expect(healthCheck.join(' ')).toContain('/health/ready')
  })

  it('builds with scripts that exist, and needs no development package at run time', () => {
    const { scripts, dependencies } = z
      .object({ scripts: z.record(z.string(), z.string()), dependencies: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')))
    const asked = instructions.flatMap(({ name, text }) =>
      name === 'RUN' ? [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, script = '']) => script) : [],
    )
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((script) => !(script in scripts))).toEqual([])
    // What the headless program imports, from its sources: Electron is the desktop door's.
    const imported = readdirSync(join(root, 'src/main'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'index.ts' && !file.startsWith('shell'))
      .concat(
        readdirSync(join(root, 'src/shared'), { recursive: true, encoding: 'utf8' }).map((file) => `../shared/${file}`),
      )
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [
          ...readFileSync(join(root, 'src/main', file), 'utf8').matchAll(
            /^(?:import|export|\}).* from '([^'.][^']*)'$/gm,
          ),
        ]
          .map(([, name = '']) => name)
          .filter((name) => !name.startsWith('node:')),
      )
    const packages = new Set(
      imported.map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    )
    expect(packages.size).toBeGreaterThan(10)
    expect([...packages].filter((name) => !(name in dependencies))).toEqual([])
  })

  it('sets what settings understand: reachable inside, called hub by its neighbours', () => {
    const { gateway } = settingsOf(environment)
    expect(gateway).toMatchObject({ host: '0.0.0.0', port: 7_373, allowedHosts: ['hub'] })
    expect(textOf('EXPOSE')).toBe(`${gateway.port}`)
  })
})

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

/** `node` is this Node; everything else to the letter. */
const run = ([program, ...args]: readonly string[], env: Record<string, string>): ChildProcess => {
  expect(program).toBe('node')
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}
const codeOf = async (command: readonly string[], env: Record<string, string>): Promise<unknown> => {
  const [code] = await once(run(command, env), 'close')
  return code
}

describe('the container’s own commands', () => {
  it.each([
    ['the image’s', start],
    ['bin/crossbook.mjs', ['node', 'bin/crossbook.mjs', 'serve']],
  ])(
    'start a hub that its health check finds ready, and that stops when asked (%s)',
    async (_name, command) => {
      // Builds where the build is stale, as `npm run build` does in the image.
      const built = await crossbook(['--version']).ended
      expect(built.code).toBe(0)
      const env = {
        ...environment,
        CROSSBOOK_DATA: temporaryFolder(),
        CROSSBOOK_GATEWAY_PORT: String(await freePort()),
        CROSSBOOK_GATEWAY_OPEN_METRICS: 'true',
        CROSSBOOK_EXCHANGES: 'gate',
      }
      expect(await codeOf(healthCheck, env)).toBe(1)
      const child = run([...command, '--demo'], env)
      let said = ''
      child.stderr?.on('data', (data) => {
        said += data
      })
      for (let code: unknown = 1, tries = 0; code !== 0; tries++) {
        if (tries > 60 || child.exitCode !== null) throw new Error(`it did not become ready: ${said}`)
        await new Promise((resolve) => setTimeout(resolve, 250))
        code = await codeOf(healthCheck, env)
      }
      const metrics = await fetch(`http://127.0.0.1:${env.CROSSBOOK_GATEWAY_PORT}/metrics`)
      expect(metrics.status).toBe(200)
      expect(await metrics.text()).toContain('crossbook_exchange_state{exchange="gate",state="live"} 1')
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      expect((await closed)[0]).toBe(0)
      expect(await codeOf(healthCheck, env)).toBe(1)
    },
    120_000,
  )
})

const port = z.string().regex(/^127\.0\.0\.1:\d{4,5}:\d{4,5}$/, 'loopback, above 1023')
const duration = z.string().regex(/^\d+s$/)
const Service = z.strictObject({
  build: z.literal('.').optional(),
  image: z.string().regex(/^[a-z/]+(:v?\d+\.\d+[\w.-]*)?$/, 'a pinned version'),
  init: z.boolean().optional(),
  restart: z.literal('unless-stopped'),
  stop_grace_period: duration.optional(),
  command: z.array(z.string()).optional(),
  ports: z.array(port),
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z.array(z.strictObject({ path: z.string(), required: z.literal(false) })).optional(),
  volumes: z.array(z.string().regex(/^(\.\/[\w./-]+|[a-z-]+):\/[\w./-]+(:ro)?$/)),
  tmpfs: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.literal('no-new-privileges:true')).min(1),
  healthcheck: z.strictObject({
    test: z.tuple([z.enum(['CMD', 'CMD-SHELL'])], z.string()),
    interval: duration,
    timeout: duration,
    retries: z.number().int(),
    start_period: duration.optional(),
  }),
  depends_on: z
    .union([z.array(z.string()), z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') }))])
    .optional(),
})
const Compose = z.strictObject({
  name: z.literal('crossbook'),
  services: z.record(z.string(), Service),
  volumes: z.record(z.string(), z.null()),
})

describe('the compose file', () => {
  const text = read('compose.yaml')
  const compose = Compose.parse(parse(text))
  const services = Object.entries(compose.services)

  it('runs the hub with Redis, Prometheus and Grafana, each port its own and on loopback only', () => {
    expect(Object.keys(compose.services)).toEqual(['hub', 'redis', 'prometheus', 'grafana'])
    const ports = services.flatMap(([, service]) => service.ports)
    expect(new Set(ports).size).toBe(ports.length)
    expect(services.filter(([, { image, build }]) => build === undefined && !image.includes(':'))).toEqual([])
  })

  it('refers to volumes, files and services that are there', () => {
    const mounts = services.flatMap(([, service]) => service.volumes.map((volume) => volume.split(':')[0] ?? ''))
    const named = mounts.filter((mount) => !mount.startsWith('./'))
    expect([...named].sort()).toEqual(Object.keys(compose.volumes).sort())
    expect(mounts.filter((mount) => mount.startsWith('./') && !existsSync(join(root, mount)))).toEqual([])
    const needed = services.flatMap(([, { depends_on = [] }]) =>
      Array.isArray(depends_on) ? depends_on : Object.keys(depends_on),
    )
    expect(needed.filter((service) => !(service in compose.services))).toEqual([])
    const addresses = [
      ...read('resources/prometheus/prometheus.yml').matchAll(/targets: \['([\w]+):(\d+)'\]/g),
      ...read('resources/grafana/provisioning/datasources/prometheus.yml').matchAll(/http:\/\/(\w+):(\d+)/g),
      ...text.matchAll(/redis:\/\/(redis):(\d+)/g),
    ]
    expect(addresses).toHaveLength(3)
    for (const [, service = '', inside] of addresses) {
      expect(
        compose.services[service]?.ports.some((published) => published.endsWith(`:${inside}`)),
        service,
      ).toBe(true)
    }
    // Where Grafana is told to look for dashboards, one lies.
    const [, folder = '?'] = /path: (\S+)/.exec(read('resources/grafana/provisioning/dashboards/crossbook.yml')) ?? []
    expect(
      compose.services.grafana?.volumes.some((volume) => volume.split(':')[1] === `${folder}/crossbook.json`),
    ).toBe(true)
  })

  it('explains every variable it takes, asks for every password, and holds none', () => {
    const [header = ''] = text.split(/^name:/m)
    const taken = [...text.matchAll(/\$\{(\w+)(:[-?])?/g)].map(([, name = '', how = '']) => ({ name, how }))
    expect(taken.filter(({ name }) => !new RegExp(`^#   ${name} `, 'm').test(header))).toEqual([])
    expect(taken.filter(({ name, how }) => /PASSWORD/.test(name) && how !== ':?')).toEqual([])
    const passwords = services.flatMap(([, { environment: set = {} }]) =>
      Object.entries(set).filter(([name]) => /PASSWORD|AUTH|SECRET|TOKEN/.test(name)),
    )
    expect(passwords).toHaveLength(3)
    expect(passwords.filter(([, value]) => !/^\$\{\w+:\?[^}]*\}$/.test(value))).toEqual([])
    const ignored = spawnSync('git', ['check-ignore', '.env', 'accounts.env'], { cwd: root, encoding: 'utf8' })
    expect(ignored.stdout.trim().split('\n')).toEqual(['.env', 'accounts.env'])
  })

  it('sets what settings understand, and checks health as the image does', () => {
    const { environment: set = {}, healthcheck, volumes, read_only } = compose.services.hub ?? {}
    const filled = Object.fromEntries(
      Object.entries(set).map(([name, value]) => [name, value.replace(/\$\{\w+:-([^}]*)\}/, '$1')]),
    )
    const settings = settingsOf({ ...environment, ...filled })
    expect(settings).toMatchObject({
      mode: 'demo',
      gateway: { openMetrics: true, allowedHosts: ['hub'] },
      redis: { enabled: true, url: 'redis://redis:6379' },
    })
    // Every variable that is no setting is one the program reads by name.
    expect(Object.keys(set).filter((name) => !name.startsWith('CROSSBOOK_'))).toEqual([])
    const same = (command: readonly string[]) =>
      command
        .join(' ')
        .replaceAll('`', "'")
        .replace(/\$\{[^}]*\}/, '7373')
    expect(same(healthcheck?.test.slice(1) ?? [])).toBe(same(healthCheck))
    expect(volumes).toContain(`crossbook-data:${environment.CROSSBOOK_DATA}`)
    expect(read_only).toBe(true)
  })
})

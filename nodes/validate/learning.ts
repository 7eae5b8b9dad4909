import type { Backend } from '../../core/backend/backend.ts';
import type { Clock, Timer } from '../../core/clock/clock.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import type { WouldRefuse } from '../../core/contract/book/would-refuse.ts';
import type { Dialect } from '../../core/contract/index.ts';
import { ContractLearner } from '../../core/contract/learn/contract-learner.ts';
import { countRefusals } from '../../core/contract/learn/count-refusals.ts';
import { learnFromHistory } from '../../core/contract/learn/learn-from-history.ts';
import type { HistoryToLearn } from '../../core/contract/learn/learn-from-history.ts';
import { HoldfastError, messageOf } from '../../core/errors/holdfast-error.ts';
import type { LearnedContract, LearnProgress } from './learn-answer.ts';

/** Nobody has looked for so long: nobody will. In milliseconds. */
const FORGOTTEN_AFTER = 15 * 60_000;
/** Makes a contract of a schema, written in this dialect; empty: as it says itself. */
type Compile = (schema: unknown, dialect: Dialect | '') => SampleContract;

const NOTHING_LEARNED = 'Nothing has been learned yet. Watch live samples, or read the history.';

/** What a person at the dialog of one node is learning from. Costs nothing while nobody does. */
export class Learning {
  /** Shown each sample that passes the node; undefined: nobody watches. */
  watcher: ContractLearner | undefined;
  readonly #clock: Clock;
  readonly #compile: Compile;
  #learner: ContractLearner | undefined;
  #state: LearnProgress['state'] = 'idle';
  #source: LearnProgress['source'];
  #history: LearnProgress['history'];
  #problem: string | undefined;
  #reading: AbortController | undefined;
  #forgetting: Timer | undefined;

  constructor(clock: Clock, compile: Compile) {
    this.#clock = clock;
    this.#compile = compile;
  }

  /** Begins anew with the samples that pass the node from now on. */
  watch(): LearnProgress {
    this.#begin('live');
    this.#state = 'watching';
    this.watcher = this.#learner;
    return this.progress();
  }

  /** Begins anew with what is stored. */
  read({ store, registry }: Backend, wanted: HistoryToLearn): LearnProgress {
    const learner = this.#begin('history');
    const reading = new AbortController();
    this.#reading = reading;
    this.#state = 'reading';
    const isMine = (): boolean => this.#reading === reading;
    void learnFromHistory(learner, wanted, { store, registry, signal: reading.signal }, (progress) => {
      if (isMine()) this.#history = progress;
    }).then(
      () => isMine() && this.#end('done'),
      (error: unknown) => {
        if (!isMine()) return;
        this.#problem = messageOf(error);
        this.#end('failed');
      },
    );
    return this.progress();
  }

  /** What was learned stays for a while. */
  stop(): LearnProgress {
    if (this.#state === 'watching' || this.#state === 'reading') this.#end('stopped');
    return this.progress();
  }

  progress(): LearnProgress {
    this.#rememberForAWhile();
    const { samples = 0, devices = 0, metrics = 0, unusable = 0, others = 0 } = this.#learner ?? {};
    return {
      state: this.#state, samples, devices, metrics, unusable, others,
      ...(this.#source && { source: this.#source }),
      ...(this.#history && { history: this.#history }),
      ...(this.#problem !== undefined && { problem: this.#problem }),
    };
  }

  /**
   * What is proposed by now, and what it would have refused.
   *
   * @throws HoldfastError while there is nothing to learn from.
   */
  async propose(margin: number): Promise<LearnedContract> {
    this.#rememberForAWhile();
    const learner = this.#learned();
    const { schema, metrics } = learner.propose({ margin });
    return { schema, metrics, refusals: await this.wouldRefuse(schema, '') };
  }

  /**
   * How many of the last samples a schema would have refused, and why.
   *
   * @throws ContractError for a schema that cannot be used; HoldfastError while there is nothing to try it on.
   */
  async wouldRefuse(schema: unknown, dialect: Dialect | ''): Promise<WouldRefuse> {
    this.#rememberForAWhile();
    const { last } = this.#learned();
    return countRefusals(this.#compile(schema, dialect), last, this.#clock);
  }

  /** Forgets everything. */
  close(): void {
    this.#forgetting?.cancel();
    this.#end('idle');
    this.#learner = undefined;
    this.#source = undefined;
  }

  #learned(): ContractLearner {
    if (!this.#learner || this.#learner.samples === 0) throw new HoldfastError('HOLDFAST_NOTHING_LEARNED', NOTHING_LEARNED);
    return this.#learner;
  }

  #begin(source: 'live' | 'history'): ContractLearner {
    this.#end('idle');
    this.#source = source;
    this.#problem = undefined;
    this.#history = undefined;
    this.#learner = new ContractLearner();
    return this.#learner;
  }

  #end(state: LearnProgress['state']): void {
    const reading = this.#reading;
    this.#reading = undefined;
    this.watcher = undefined;
    this.#state = state;
    reading?.abort(new HoldfastError('HOLDFAST_STOPPED', 'The learning was stopped.'));
  }

  #rememberForAWhile(): void {
    this.#forgetting?.cancel();
    this.#forgetting = this.#clock.setTimeout(() => this.close(), FORGOTTEN_AFTER);
  }
}

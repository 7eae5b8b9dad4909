import { checkId } from '../../core/registry/principal.ts';
import { readTopicTemplate, SPARKPLUG_TEMPLATE, TopicTemplateError } from '../../core/subscriber/topic-template.ts';
import type { TopicTemplate } from '../../core/subscriber/topic-template.ts';
import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** A topic template that names the device once. */
export function topicTemplate(): Validator {
  return function (value, _options) {
    const read = readTemplate(textOf(value ?? savedValue(this, 'template')), textsOf(this.type));
    return typeof read === 'string' ? read : true;
  };
}

/** Says below the template what the broker is asked for, and of which device a topic is that a person enters. */
export function explainTemplate(node: EditorNode): void {
  const texts = textsOf(node.type);
  const template = $('#node-input-template');
  const topic = $('#holdfast-sample-topic');
  const asked = $('#holdfast-template-filters');
  const meaning = $('#holdfast-template-meaning');
  let isOwn = false;

  const explain = (): void => {
    const read = readTemplate(textOf(template.val()), texts);
    // What is wrong with the template stands below it already.
    $('.holdfast-template').toggle(typeof read !== 'string');
    if (typeof read !== 'string') {
      if (!isOwn) topic.val(exampleTopic(read));
      asked.text(texts('template.filters', { filters: read.isSparkplug ? texts('template.sparkplug') : read.filters.join(', ') }));
      meaning.text(meaningOf(read, textOf(topic.val()), texts));
    }
    RED.tray.resize();
  };
  template.on('input change', explain);
  topic.on('input', () => {
    isOwn = true;
    explain();
  });
  $('#holdfast-sparkplug').on('click', () => {
    isOwn = false;
    $('#node-input-format').val('sparkplug-b').trigger('change');
    template.val(SPARKPLUG_TEMPLATE).trigger('change');
  });
  explain();
}

function meaningOf(template: TopicTemplate, topic: string, texts: Texts): string {
  const device = template.deviceOf(topic);
  if (device === undefined) return texts('template.other');
  try {
    return texts('template.device', { device: checkId(device) });
  } catch {
    return texts('template.noId', { device });
  }
}

function exampleTopic({ text, isSparkplug }: TopicTemplate): string {
  if (isSparkplug) return 'spBv1.0/plant/DDATA/edge-1/pump-4';
  const levels: Readonly<Record<string, string>> = { '{device}': 'press-7', '+': 'any', '#': 'more' };
  return text.split('/').map((level) => levels[level] ?? level.replace(/^\{(.*)\}$/, '$1')).join('/');
}

/** The template, or the sentence that says what is wrong with it. */
function readTemplate(text: string, texts: Texts): TopicTemplate | string {
  try {
    return readTopicTemplate(text.trim());
  } catch (error) {
    if (error instanceof TopicTemplateError) return texts(`errors.template.${error.fault}`, { level: error.level, template: text.slice(0, 60) });
    throw error;
  }
}

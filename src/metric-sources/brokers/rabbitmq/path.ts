// metric-sources: where a queue is found in RabbitMQ's management API.

/** Nothing else of what the API says of a queue is asked for: the details of consumers alone may be megabytes. */
const COLUMNS = [
  'type',
  'state',
  'messages_ready',
  'messages_unacknowledged',
  'reductions',
  'message_stats.publish',
  'message_stats.ack',
  'message_stats.deliver_no_ack',
  'message_stats.get_no_ack',
  'consumer_details.ack_required',
  'consumer_details.prefetch_count',
  'consumer_details.channel_details.connection_name',
].join(',');

/** A name that a URL would take for a step in its path leads to another thing. */
export function nameComplaint(name: string): string | undefined {
  return name === '.' || name === '..'
    ? `${name} cannot be asked for over HTTP; name it otherwise`
    : undefined;
}

export function queuePath(vhost: string, queueName: string): string {
  return `/api/queues/${encodeURIComponent(vhost)}/${encodeURIComponent(queueName)}?columns=${COLUMNS}`;
}

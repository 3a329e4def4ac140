import type { DashboardBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { graph, heading } from "./panels";
import {
  age,
  bucket,
  jobOf,
  latencies,
  perSecond,
  promql,
  requests,
  serverDashboard,
} from "./servers";

const of = jobOf("pyroscope");

/** Profiles: one task. */
export function pyroscope(): DashboardBuilder {
  const board = serverDashboard(
    "pyroscope",
    "Pyroscope",
    "Profiles: what comes in, what is asked, and how it gets into the bucket.",
  );
  board
    .withRow(heading("Ingest"))
    .withPanel(
      graph(
        "Bytes received, compressed",
        [
          promql(perSecond("pyroscope_distributor_received_compressed_bytes_sum", of), "received"),
          promql(perSecond("pyroscope_discarded_bytes_total", of, "reason"), "refused: {{reason}}"),
        ],
        { span: 8, unit: "Bps" },
      ),
    )
    .withPanel(
      graph(
        "Profiles",
        [
          promql(
            perSecond("pyroscope_distributor_received_compressed_bytes_count", of),
            "received",
          ),
          promql(
            perSecond("pyroscope_discarded_samples_total", of, "reason"),
            "refused: {{reason}}",
          ),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Head, not in the bucket yet",
        [promql(`sum(pyroscope_head_size_bytes{${of}})`, "bytes")],
        { span: 8, unit: "bytes", description: "A killed task loses it: there is no second copy." },
      ),
    );
  requests(board, of, {
    histogram: "pyroscope_request_duration_seconds",
    route: ".*(push|ingest).*",
    what: "Pushes",
  });
  board.withRow(heading("Queries"));
  requests(board, of, {
    histogram: "pyroscope_request_duration_seconds",
    route: ".*querier.*|.*render.*",
    what: "Queries",
  });
  board
    .withPanel(
      graph(
        "Queries that wait",
        [promql(`sum(pyroscope_query_scheduler_queue_length{${of}})`, "scheduler")],
        { span: 12 },
      ),
    )
    .withPanel(
      graph(
        "Time in the queue",
        latencies("pyroscope_query_scheduler_queue_duration_seconds", of),
        {
          span: 12,
          unit: "s",
        },
      ),
    )
    .withRow(heading("Blocks to the bucket"))
    .withPanel(
      graph(
        "Uploads",
        [
          promql(perSecond("pyroscope_shipper_uploads_total", of), "uploads"),
          promql(perSecond("pyroscope_shipper_upload_failures_total", of), "failures"),
        ],
        { span: 12 },
      ),
    )
    .withPanel(
      graph(
        "Ring members",
        [promql(`max by (name, state) (pyroscope_ring_members{${of}})`, "{{name}} {{state}}")],
        { span: 12 },
      ),
    );
  bucket(board, of, {
    operations: "objstore_bucket_operations_total",
    failures: "objstore_bucket_operation_failures_total",
    duration: "objstore_bucket_operation_duration_seconds",
  });
  board
    .withRow(heading("Compaction and retention"))
    .withPanel(
      graph(
        "Since the last successful run",
        [
          promql(
            age("pyroscope_compactor_last_successful_run_timestamp_seconds", of, "job"),
            "compaction",
          ),
          promql(
            age(
              "pyroscope_compactor_block_cleanup_last_successful_run_timestamp_seconds",
              of,
              "job",
            ),
            "clean-up (retention)",
          ),
        ],
        { span: 8, unit: "s" },
      ),
    )
    .withPanel(
      graph(
        "Runs",
        [
          promql(perSecond("pyroscope_compactor_runs_completed_total", of), "completed"),
          promql(perSecond("pyroscope_compactor_runs_failed_total", of), "failed"),
        ],
        { span: 8 },
      ),
    )
    .withPanel(
      graph(
        "Blocks in the bucket",
        [
          promql(`sum(pyroscope_bucket_blocks_count{${of}})`, "blocks"),
          promql(
            `sum(pyroscope_bucket_blocks_marked_for_deletion_count{${of}})`,
            "marked for deletion",
          ),
        ],
        { span: 8 },
      ),
    );
  return board;
}

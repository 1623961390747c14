#include "cluster/cluster.h"

#include <deque>
#include <span>
#include <utility>

#include "cluster/await.h"
#include "cluster/metadata_delta.h"
#include "cluster/partition_set.h"
#include "cluster/partition_table.h"
#include "cluster/producer_ids.h"
#include "cluster/registration.h"
#include "common/log.h"
#include "common/mutex.h"

namespace monkafka::cluster {
namespace {

Status ApplyAll(std::span<const MetadataRecord> records, MetadataDelta& delta) {
  for (const MetadataRecord& record : records) {
    if (Status status = delta.Apply(record); !status) return status;
  }
  return {};
}

class ClusterImpl final : public Cluster {
 public:
  ClusterImpl(ClusterOptions options, std::unique_ptr<MetadataStore> store,
              storage::LogManager& logs, Executor& workers)
      : options_(std::move(options)),
        store_(std::move(store)),
        partitions_(options_.node_id, options_.log_config, logs),
        strand_(workers),
        producer_ids_([this](auto done) { NewProducerIdBlock(std::move(done)); }) {}
  ~ClusterImpl() override { Close(); }

  Status Start();

  std::shared_ptr<const MetadataImage> Image() const override { return view_.Image(); }
  std::shared_ptr<Partition> FindPartition(std::string_view topic,
                                           int32_t partition) const override {
    return view_.Find(topic, partition);
  }
  std::shared_ptr<Partition> FindPartition(const Uuid& topic_id, int32_t partition) const override {
    return view_.Find(topic_id, partition);
  }
  std::vector<std::shared_ptr<Partition>> Partitions() const override {
    return view_.Partitions()->All();
  }
  void Change(Decide decide, Callback<Result<std::shared_ptr<const MetadataImage>>> done) override;
  ChangeProgress Progress() const override { return partitions_.Progress(); }
  void AddListener(Listener listener) override;
  void NextProducerId(Callback<Result<ProducerId>> done) override {
    producer_ids_.Next(std::move(done));
  }
  int32_t node_id() const override { return options_.node_id; }
  void Close() override;

 private:
  using Done = Callback<Result<std::shared_ptr<const MetadataImage>>>;
  struct PendingChange {
    Decide decide;
    Done done;
  };
  // A change that was decided, on its way to the disk.
  struct Step {
    std::vector<MetadataRecord> records;
    ImageChanges changes;
    std::shared_ptr<MetadataImage> after;  // its last_offset is known once it is written
    Done done;
  };

  // On the metadata strand. RunNext returns how many changes it ended.
  size_t RunNext();
  // False: refused, and its callback was called.
  bool Begin(const std::shared_ptr<Step>& step);
  bool Write(const std::shared_ptr<Step>& step);
  void OnFlushed(const std::shared_ptr<Step>& step, Status flushed);
  void OnAppended(const std::shared_ptr<Step>& step, const Result<Offset>& last_offset);
  // The step that was under way is over.
  void GoOn();
  void Publish(const Step& step);
  void SnapshotIfDue(const MetadataImage& image);
  // The last thing a strand's task does: with no change left Close goes on, and the cluster may
  // end.
  void Release(size_t ended);

  Status RegisterBroker(std::shared_ptr<const MetadataImage>& image, bool transaction_is_open);
  void NewProducerIdBlock(Callback<Result<ProducerId>> done);

  const ClusterOptions options_;
  const std::unique_ptr<MetadataStore> store_;
  PartitionSet partitions_;
  PublishedView view_{{std::make_shared<MetadataImage>(), std::make_shared<PartitionTable>()}};

  std::deque<PendingChange> queue_;  // strand only
  bool busy_ = false;                // strand only: a change waits for the disk
  bool flush_first_ = false;         // strand only, and Start: see Begin

  Mutex mutex_;
  CondVar idle_;
  std::vector<Listener> listeners_ GUARDED_BY(mutex_);
  size_t unfinished_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;

  Strand strand_;
  ProducerIds producer_ids_;
};

Status ClusterImpl::Start() {
  MetadataImage empty;
  empty.cluster_id = options_.cluster_id;
  MetadataDelta delta(empty);
  const Result<Offset> last =
      store_->Load([&](const MetadataRecord& record) { return delta.Apply(record); });
  if (!last) return std::unexpected(last.error());
  const bool transaction_is_open = delta.in_transaction();
  std::shared_ptr<const MetadataImage> image = std::move(delta).Finish(*last);
  // Before this broker leaves its own trace in the metadata log.
  const bool metadata_is_new = image->features.empty() && image->topics.empty();
  if (Status status = partitions_.LoadLogs(*image, metadata_is_new); !status) return status;
  if (Status status = RegisterBroker(image, transaction_is_open); !status) return status;
  flush_first_ = metadata_is_new;
  view_.Publish({image, partitions_.MakeTable(*image)});
  SnapshotIfDue(*image);
  return {};
}

Status ClusterImpl::RegisterBroker(std::shared_ptr<const MetadataImage>& image,
                                   bool transaction_is_open) {
  std::vector<MetadataRecord> records;
  MetadataDelta delta(*image);
  if (transaction_is_open) {
    // Its records had no effect; the abort tells every later reader so.
    records.emplace_back(AbortTransactionRecord{"the leader stopped"});
  }
  const Offset next = image->last_offset + 1 + static_cast<Offset>(records.size());
  for (MetadataRecord& record : StartRecords(options_, *image, next)) {
    if (Status status = delta.Apply(record); !status) return status;
    records.push_back(std::move(record));
  }
  if (records.empty()) return {};
  // Not yet durable: the first change that a client asks for makes it so.
  const auto last = Await<Result<Offset>>([&](auto done) {
    store_->Append(records, MetadataStore::Durability::kWritten, std::move(done));
  });
  if (!last) return std::unexpected(last.error());
  image = std::move(delta).Finish(*last);
  return {};
}

void ClusterImpl::Change(Decide decide, Done done) {
  bool accepted = false;
  {
    MutexLock lock(mutex_);
    accepted = !closed_;
    if (accepted) ++unfinished_;
  }
  if (!accepted) {
    done(Fail(ErrorCode::kNotController, "the broker is shutting down"));
    return;
  }
  strand_.Post([this, decide = std::move(decide), done = std::move(done)]() mutable {
    queue_.push_back({std::move(decide), std::move(done)});
    Release(RunNext());
  });
}

size_t ClusterImpl::RunNext() {
  size_t ended = 0;
  while (!busy_ && !queue_.empty()) {
    PendingChange change = std::move(queue_.front());
    queue_.pop_front();
    std::shared_ptr<const MetadataImage> image = Image();
    Result<std::vector<MetadataRecord>> records = change.decide(*image);
    MetadataDelta delta(*image);
    // Applied before they are written: records that contradict the image would make the log
    // unreadable for good.
    Status status = records ? ApplyAll(*records, delta) : Forward(std::move(records));
    if (!status) {
      change.done(Forward(std::move(status)));
      ++ended;
      continue;
    }
    // Moved from above only when the status is an error.
    if (records->empty()) {  // NOLINT(bugprone-use-after-move)
      change.done(std::move(image));
      ++ended;
      continue;
    }
    auto step = std::make_shared<Step>();
    step->records = *std::move(records);
    step->changes = delta.changes();
    step->after = std::move(delta).Finish(image->last_offset);
    step->done = std::move(change.done);
    busy_ = Begin(step);
    if (!busy_) ++ended;
  }
  return ended;
}

// With a new metadata log: directories of partitions that outlast a crash beside no metadata at all
// would look like somebody's data.
bool ClusterImpl::Begin(const std::shared_ptr<Step>& step) {
  if (!flush_first_) return Write(step);
  store_->Flush([this, step](Status flushed) {
    strand_.Post([this, step, flushed = std::move(flushed)]() mutable {
      OnFlushed(step, std::move(flushed));
    });
  });
  return true;
}

void ClusterImpl::OnFlushed(const std::shared_ptr<Step>& step, Status flushed) {
  if (flushed) {
    flush_first_ = false;
    if (Write(step)) return;
  } else {
    step->done(Forward(std::move(flushed)));
  }
  GoOn();
}

bool ClusterImpl::Write(const std::shared_ptr<Step>& step) {
  Status prepared = partitions_.Prepare(*step->after, *view_.Partitions(), step->changes);
  if (!prepared) {
    step->done(Forward(std::move(prepared)));
    return false;
  }
  store_->Append(step->records, MetadataStore::Durability::kDurable,
                 [this, step](Result<Offset> last) {
                   strand_.Post([this, step, last = std::move(last)] { OnAppended(step, last); });
                 });
  return true;
}

void ClusterImpl::OnAppended(const std::shared_ptr<Step>& step, const Result<Offset>& last_offset) {
  if (last_offset) {
    step->after->last_offset = *last_offset;
    Publish(*step);
    step->done(step->after);
  } else {
    partitions_.Abandon();
    step->done(std::unexpected(last_offset.error()));
  }
  GoOn();
}

void ClusterImpl::GoOn() {
  busy_ = false;
  const size_t ended = RunNext();
  Release(1 + ended);
}

void ClusterImpl::Publish(const Step& step) {
  const std::shared_ptr<const MetadataImage> before = Image();
  auto table = partitions_.Apply(*step.after, *view_.Partitions(), step.changes);
  view_.Publish({step.after, std::move(table)});
  std::vector<Listener> listeners;
  {
    MutexLock lock(mutex_);
    listeners = listeners_;
  }
  for (const Listener& listener : listeners) listener(*before, *step.after);
  SnapshotIfDue(*step.after);
}

void ClusterImpl::SnapshotIfDue(const MetadataImage& image) {
  if (!store_->SnapshotIsDue()) return;
  // Without it the log only stays longer; the next one is tried after as much again.
  if (Status status = store_->WriteSnapshot(RecordsOf(image), image.last_offset); !status) {
    LogError("no metadata snapshot was written: {}", status.error().message);
  }
}

void ClusterImpl::AddListener(Listener listener) {
  MutexLock lock(mutex_);
  listeners_.push_back(std::move(listener));
}

void ClusterImpl::NewProducerIdBlock(Callback<Result<ProducerId>> done) {
  auto first = std::make_shared<ProducerId>(0);
  Change(
      [this, first](const MetadataImage& image) -> Result<std::vector<MetadataRecord>> {
        *first = image.next_producer_id;
        ProducerIdsRecord record;
        record.broker_id = options_.node_id;
        const auto self = image.brokers.find(options_.node_id);
        if (self != image.brokers.end()) record.broker_epoch = self->second.epoch;
        record.next_producer_id = image.next_producer_id + ProducerIds::kBlockSize;
        return std::vector<MetadataRecord>{std::move(record)};
      },
      [first, done = std::move(done)](auto image) mutable {
        if (image) {
          done(*first);
        } else {
          done(Forward(std::move(image)));
        }
      });
}

void ClusterImpl::Release(size_t ended) {
  MutexLock lock(mutex_);
  unfinished_ -= ended;
  if (unfinished_ == 0) idle_.NotifyAll();
}

void ClusterImpl::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
  while (unfinished_ > 0) idle_.Wait(mutex_);
}

}  // namespace

Result<std::unique_ptr<Cluster>> Cluster::Open(ClusterOptions options,
                                               std::unique_ptr<MetadataStore> store,
                                               storage::LogManager& logs, Executor& workers) {
  auto cluster = std::make_unique<ClusterImpl>(std::move(options), std::move(store), logs, workers);
  if (Status status = cluster->Start(); !status) return Forward(std::move(status));
  return cluster;
}

}  // namespace monkafka::cluster

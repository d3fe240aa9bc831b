#pragma once
// Strata on an NVIDIA GPU: `Model<Net, Cuda>` and all that goes with it, for a .cu file that nvcc compiles.
// No xtensor: what comes back from the device is a HostTensor. To have the processor's `Model<Net>` and
// xtensor beside it, include <strata/strata.hpp> too.

// The list below is written by scripts/update_lists.

// The version, and all names
#include <strata/fwd.hpp>
#include <strata/version.hpp>

// Random numbers
#include <strata/random/distributions.hpp>
#include <strata/random/generator.hpp>

// Initialisation
#include <strata/init/constant.hpp>
#include <strata/init/fan.hpp>
#include <strata/init/gain.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/normal.hpp>
#include <strata/init/orthogonal.hpp>
#include <strata/init/tensor.hpp>
#include <strata/init/trunc_normal.hpp>
#include <strata/init/uniform.hpp>
#include <strata/init/xavier.hpp>

// The device
#include <strata/backends/cuda/cuda.hpp>

// Data
#include <strata/data/batch_source.hpp>
#include <strata/data/dataset.hpp>
#include <strata/data/drawn_digits.hpp>
#include <strata/data/idx.hpp>
#include <strata/data/image_dataset.hpp>
#include <strata/data/kept.hpp>
#include <strata/data/loader.hpp>
#include <strata/data/mnist.hpp>
#include <strata/data/prefetch.hpp>
#include <strata/data/random_split.hpp>

// Files
#include <strata/io/atomic_file.hpp>
#include <strata/io/dtype.hpp>
#include <strata/io/foreign_format.hpp>
#include <strata/io/input_file.hpp>
#include <strata/io/json.hpp>
#include <strata/io/match_state.hpp>
#include <strata/io/safetensors.hpp>
#include <strata/io/safetensors_format.hpp>
#include <strata/io/safetensors_reader.hpp>
#include <strata/io/safetensors_writer.hpp>
#include <strata/io/state.hpp>
#include <strata/io/state_report.hpp>
#include <strata/io/utf8.hpp>

// Functions of values
#include <strata/layers/functions/amax.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/functions/arithmetic_number.hpp>
#include <strata/layers/functions/cat.hpp>
#include <strata/layers/functions/clamp.hpp>
#include <strata/layers/functions/cumsum.hpp>
#include <strata/layers/functions/matmul.hpp>
#include <strata/layers/functions/maximum.hpp>
#include <strata/layers/functions/permute.hpp>
#include <strata/layers/functions/pointwise.hpp>
#include <strata/layers/functions/pow.hpp>
#include <strata/layers/functions/reduce.hpp>
#include <strata/layers/functions/slice.hpp>
#include <strata/layers/functions/unsqueeze.hpp>

// Layers
#include <strata/layers/adaptive_avg_pool2d.hpp>
#include <strata/layers/adaptive_max_pool2d.hpp>
#include <strata/layers/avg_pool1d.hpp>
#include <strata/layers/avg_pool2d.hpp>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/batch_norm2d.hpp>
#include <strata/layers/conv1d.hpp>
#include <strata/layers/conv2d.hpp>
#include <strata/layers/conv_transpose2d.hpp>
#include <strata/layers/dropout.hpp>
#include <strata/layers/dropout2d.hpp>
#include <strata/layers/elu.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/group_norm.hpp>
#include <strata/layers/gru.hpp>
#include <strata/layers/hardswish.hpp>
#include <strata/layers/identity.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/instance_norm2d.hpp>
#include <strata/layers/layer_norm.hpp>
#include <strata/layers/leaky_relu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/max_pool1d.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/multihead_attention.hpp>
#include <strata/layers/prelu.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/layers/rms_norm.hpp>
#include <strata/layers/rnn.hpp>
#include <strata/layers/select.hpp>
#include <strata/layers/sigmoid.hpp>
#include <strata/layers/silu.hpp>
#include <strata/layers/softmax.hpp>
#include <strata/layers/softplus.hpp>
#include <strata/layers/tanh.hpp>
#include <strata/layers/upsample.hpp>

// Models
#include <strata/models/concat.hpp>
#include <strata/models/engine.hpp>
#include <strata/models/freezing.hpp>
#include <strata/models/loss_result.hpp>
#include <strata/models/model.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/parameter.hpp>
#include <strata/models/parameter_selection.hpp>
#include <strata/models/parameter_store.hpp>
#include <strata/models/prediction.hpp>
#include <strata/models/predictor.hpp>
#include <strata/models/residual.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/state.hpp>
#include <strata/models/to.hpp>

// Layers made of others
#include <strata/layers/composed/glu.hpp>
#include <strata/layers/composed/transformer_encoder_layer.hpp>

// Losses
#include <strata/losses/bce_loss.hpp>
#include <strata/losses/bce_with_logits_loss.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/losses/elementwise_loss.hpp>
#include <strata/losses/huber_loss.hpp>
#include <strata/losses/kl_div_loss.hpp>
#include <strata/losses/l1_loss.hpp>
#include <strata/losses/loss.hpp>
#include <strata/losses/loss_check.hpp>
#include <strata/losses/loss_module.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/losses/reduction.hpp>
#include <strata/losses/smooth_l1_loss.hpp>
#include <strata/losses/soft_margin_loss.hpp>
#include <strata/losses/target.hpp>

// Optimizers
#include <strata/optimizers/adadelta.hpp>
#include <strata/optimizers/adagrad.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/optimizers/adamax.hpp>
#include <strata/optimizers/adamw.hpp>
#include <strata/optimizers/algorithm.hpp>
#include <strata/optimizers/averaged_model.hpp>
#include <strata/optimizers/clip_grad_norm.hpp>
#include <strata/optimizers/clip_grad_value.hpp>
#include <strata/optimizers/lamb.hpp>
#include <strata/optimizers/lion.hpp>
#include <strata/optimizers/mixed.hpp>
#include <strata/optimizers/muon.hpp>
#include <strata/optimizers/nadam.hpp>
#include <strata/optimizers/optimizer.hpp>
#include <strata/optimizers/parameter_groups.hpp>
#include <strata/optimizers/rmsprop.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/optimizers/tensor_memory.hpp>
#include <strata/optimizers/update_engine.hpp>
#include <strata/optimizers/update_plan.hpp>

// Schedulers
#include <strata/schedulers/chained_scheduler.hpp>
#include <strata/schedulers/cosine_annealing_lr.hpp>
#include <strata/schedulers/exponential_lr.hpp>
#include <strata/schedulers/lambda_lr.hpp>
#include <strata/schedulers/linear_lr.hpp>
#include <strata/schedulers/multi_step_lr.hpp>
#include <strata/schedulers/one_cycle_lr.hpp>
#include <strata/schedulers/reduce_lr_on_plateau.hpp>
#include <strata/schedulers/scheduler.hpp>
#include <strata/schedulers/scheduler_list.hpp>
#include <strata/schedulers/sequential_lr.hpp>
#include <strata/schedulers/step_lr.hpp>

// Training
#include <strata/training/batch_feed.hpp>
#include <strata/training/before.hpp>
#include <strata/training/device_batch_feed.hpp>
#include <strata/training/evaluator.hpp>
#include <strata/training/fit.hpp>
#include <strata/training/grad_scaler.hpp>
#include <strata/training/gradient_options.hpp>
#include <strata/training/gradient_work.hpp>
#include <strata/training/history.hpp>
#include <strata/training/loss_head.hpp>
#include <strata/training/pending_result.hpp>
#include <strata/training/progress.hpp>
#include <strata/training/step_totals.hpp>
#include <strata/training/trainer.hpp>
#include <strata/training/trainer_check.hpp>
#include <strata/training/update_bn.hpp>
#include <strata/training/validation_loader.hpp>

// Tools: tables and pictures of networks, checks of gradients
#include <strata/tools/call_tree.hpp>
#include <strata/tools/check_gradients.hpp>
#include <strata/tools/gradient_check.hpp>
#include <strata/tools/kept_memory.hpp>
#include <strata/tools/layer_name.hpp>
#include <strata/tools/loss_problem.hpp>
#include <strata/tools/named_layers.hpp>
#include <strata/tools/network_problem.hpp>
#include <strata/tools/probed_network.hpp>
#include <strata/tools/summary.hpp>
#include <strata/tools/table.hpp>
#include <strata/tools/to_dot.hpp>

// End of the list.
